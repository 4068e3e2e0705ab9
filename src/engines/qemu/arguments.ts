import { resolve } from 'node:path'
import {
  type BootPlan,
  type CpuModel,
  type CpuOptions,
  type Medium,
  usualStartTime,
} from '../../boot/plan.ts'
import { type SerialPort, serialPorts } from '../../observe/output.ts'
import { deviceOf } from './drives.ts'
import { gdbChardev } from './gdb-client.ts'
import { descriptors, fileNames } from './layout.ts'
import { qtestChardev } from './qtest-client.ts'

/**
 * The arguments that make QEMU the machine of `plan`, halted before its first instruction. Nothing is left to
 * defaults or configuration files that differ between systems. Names of files without a directory are in
 * QEMU's working directory. `uefiCode`: the firmware to run where the plan asks for UEFI; its variables are
 * the file {@link fileNames.variables}.
 */
export function qemuArguments(plan: BootPlan, uefiCode: string | null): string[] {
  return [
    ...['-no-user-config', '-nodefaults', '-display', 'none', '-accel', 'tcg', '-S'],
    // Both keep the machine as it stood at a guest's reset or power-off, to be looked at.
    ...['-no-reboot', '-no-shutdown'],
    ...machineArguments(plan),
    ...['-chardev', `socket,id=qmp,fd=${descriptors.qmp}`, '-mon', 'chardev=qmp,mode=control'],
    ...['-chardev', `socket,id=${gdbChardev},fd=${descriptors.gdb}`],
    ...['-chardev', `socket,id=${qtestChardev},fd=${descriptors.qtest}`],
    ...['-qtest', `chardev:${qtestChardev}`, '-qtest-log', 'none'],
    ...['-vga', 'std', '-rtc', `base=${plan.startTime ?? usualStartTime},clock=vm`],
    ...exitArguments(plan),
    ...outputArguments(plan),
    ...startArguments(plan, uefiCode),
    ...plan.media.flatMap((medium, index) => mediumArguments(plan, medium, index)),
    ...resetLogArguments,
  ]
}

function machineArguments({ machine, cpu }: BootPlan): string[] {
  const { shape, memoryMiB, cpus } = machine
  return [
    ...['-machine', shape, '-m', `${memoryMiB}M`, '-smp', `${cpus}`, '-cpu', cpuArgument(cpu)],
    ...(cpu.seed === null ? [] : ['-seed', `${cpu.seed}`]),
  ]
}

/** QEMU's names. `x86-64-v2`: what the embedded engine's processor has, as far as TCG has it. */
const cpuModels: Readonly<Record<CpuModel, string>> = {
  'x86-64-v2':
    'Nehalem,+vme,+xsave,+rdrand,+fsgsbase,+smep,+erms,+smap,+clflushopt,+clwb,+umip,+xsaveopt,+pdpe1gb,+rdtscp',
  max: 'max',
}

/** Firmware and Linux would switch 5-level paging on: it is there for who asks for it. */
function cpuArgument({ model, features }: CpuOptions): string {
  const chosen = Object.entries({ la57: false, ...features })
  return [cpuModels[model ?? 'max'], ...chosen.map(([name, on]) => `${name}=${on ? 'on' : 'off'}`)].join(',')
}

/**
 * The serial ports of the machine: with an exit port there is no COM4, its stand-in has that place in the
 * ACPI tables.
 */
export function serialPortsOf(plan: BootPlan): readonly SerialPort[] {
  return plan.ports.exit === null ? serialPorts : serialPorts.filter((port) => port !== 'com4')
}

/**
 * Files keep every byte; a socket loses those of a guest that does not poll, and doubles some in its
 * `logfile`. ACPI lists the ports backwards, and COM1 is to come first.
 */
function outputArguments(plan: BootPlan): string[] {
  const ports = serialPortsOf(plan).map((port, index) => [
    ...['-chardev', `file,id=${port},path=${port}`],
    ...['-device', `isa-serial,chardev=${port},index=${index}`],
  ])
  const { debugConsole } = plan.ports
  if (debugConsole === null) return ports.reverse().flat()
  return [
    ...ports.reverse().flat(),
    ...['-chardev', 'file,id=debugConsole,path=debugConsole'],
    ...['-device', `isa-debugcon,chardev=debugConsole,iobase=${hex(debugConsole)}`],
  ]
}

/**
 * What stands in for isa-debug-exit: a serial port at its address. The value is the first byte that it sends,
 * whatever the width of the write. The real device ends QEMUs before 9.1 in the middle of the write, and the
 * screen and the registers with it; later ones tell the last of several values, or a reset that follows at
 * once in their place. As the first device it is ACPI's last: Linux then leaves it alone; otherwise it prints
 * a line there.
 */
function exitArguments({ ports: { exit } }: BootPlan): string[] {
  if (exit === null) return []
  return [
    ...['-chardev', `socket,id=exit,fd=${descriptors.exit}`],
    ...['-device', `isa-serial,chardev=exit,iobase=${hex(exit.port)},index=3`],
  ]
}

function startArguments(plan: BootPlan, uefiCode: string | null): string[] {
  if (plan.start.kind === 'direct') return ['-kernel', fileNames.loader]
  const boot = ['-boot', 'menu=off,strict=on']
  if (uefiCode === null) return boot
  return [
    ...boot,
    ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${escaped(uefiCode)}`],
    ...['-drive', `if=pflash,unit=1,format=raw,file=${fileNames.variables}`],
  ]
}

/** The guest's writes go to a temporary file, for a floppy disk to a copy of our own. */
const access: Readonly<Record<Medium['kind'], string>> = {
  disk: 'snapshot=on',
  floppy: 'readonly=off',
  cdrom: 'media=cdrom,readonly=on',
}

/** `locking=off` lets the same file be in use elsewhere, by one of our runs or by a QEMU of the user's. */
function mediumArguments(plan: BootPlan, medium: Medium, index: number): string[] {
  if (medium.path === null) return deviceArguments(plan, medium, '')
  const file = `driver=raw,file.driver=file,file.locking=off,file.filename=${escaped(resolve(medium.path))}`
  return [
    ...['-drive', `if=none,id=medium${index},${access[medium.kind]},${file}`],
    ...deviceArguments(plan, medium, `,drive=medium${index}`),
  ]
}

function deviceArguments(plan: BootPlan, medium: Medium, drive: string): string[] {
  const place = bootPlace(plan, medium)
  if (medium.kind === 'floppy') return floppyArguments(plan, medium, drive, place)
  const bootIndex = place === null ? '' : `,bootindex=${place}`
  return [
    '-device',
    `${medium.kind === 'disk' ? 'ide-hd' : 'ide-cd'},id=${deviceOf(medium.id)},${idePlace(plan, medium)}${drive}${bootIndex}`,
  ]
}

/**
 * A pc has two channels for two drives each, a q35 six ports. Left to itself QEMU gives out some of them, one
 * twice.
 */
function idePlace({ machine, media }: BootPlan, medium: Medium): string {
  const number = media.filter(({ kind }) => kind !== 'floppy').indexOf(medium)
  return machine.shape === 'q35' ? `bus=ide.${number}` : `bus=ide.${number >> 1},unit=${number & 1}`
}

/** A place in the boot order belongs to the floppy controller, which a q35 does not have of its own. */
function floppyArguments(plan: BootPlan, medium: Medium, drive: string, place: number | null): string[] {
  const number = plan.media.filter(({ kind }) => kind === 'floppy').indexOf(medium)
  const controller = plan.machine.shape === 'q35' && number === 0 ? ['-device', 'isa-fdc'] : []
  const letter = number === 0 ? 'A' : 'B'
  const order = place === null ? [] : ['-global', `isa-fdc.bootindex${letter}=${place}`]
  return [...order, ...controller, '-device', `floppy,id=${deviceOf(medium.id)}${drive}`]
}

/** First is 0; null: never. */
function bootPlace({ start }: BootPlan, medium: Medium): number | null {
  if (start.kind === 'direct') return null
  const place = start.bootOrder.indexOf(medium.id)
  return place < 0 ? null : place
}

/** What tells a triple fault and the ways to reset apart, see `reset-source.ts`. */
const resetLogArguments = [
  ...['-D', fileNames.resetLog, '-d', 'cpu_reset'],
  ...['-trace', 'pckbd_kbd_write_command', '-trace', 'pckbd_outport_write', '-trace', 'port92_write'],
]

/** QEMU's option syntax: a comma in a value is doubled. */
function escaped(value: string): string {
  return value.replaceAll(',', ',,')
}

function hex(value: number): string {
  return `0x${value.toString(16)}`
}
