import type { BootPlan, Medium } from '../../boot/plan.ts'
import { type SerialPort, serialPorts } from '../../observe/output.ts'
import type { ExitDevice } from './exit-device.ts'
import { gdbChardev } from './gdb-client.ts'
import { descriptors, fileNames } from './layout.ts'

/** What decides QEMU's arguments beside the plan. */
export interface ArgumentOptions {
  readonly exitDevice: ExitDevice
  /** Where the guest's memory is kept, see `shared-memory.ts`. */
  readonly memory: MemoryBackend
  /** The UEFI code to run; the variables are the file {@link fileNames.variables}. */
  readonly uefiCode: string | null
}

export type MemoryBackend = 'private' | 'memfd' | 'file'

/**
 * The arguments that make QEMU the machine of `plan`, halted before its first instruction. Nothing is left to defaults
 * or configuration files that differ between systems. Names of files without a directory are in QEMU's working directory.
 */
export function qemuArguments(plan: BootPlan, options: ArgumentOptions): string[] {
  return [
    ...['-no-user-config', '-nodefaults', '-display', 'none', '-accel', 'tcg', '-S'],
    // Both keep the machine as it stood at a guest's reset or power-off, to be looked at.
    ...['-no-reboot', '-no-shutdown'],
    ...machineArguments(plan, options.memory),
    ...['-chardev', `socket,id=qmp,fd=${descriptors.qmp}`, '-mon', 'chardev=qmp,mode=control'],
    ...['-chardev', `socket,id=${gdbChardev},fd=${descriptors.gdb}`],
    ...['-vga', 'std', '-rtc', 'base=2020-01-01T00:00:00,clock=vm'],
    ...outputArguments(plan, options.exitDevice),
    ...exitArguments(plan, options.exitDevice),
    ...startArguments(plan, options.uefiCode),
    ...plan.media.flatMap((medium, index) => mediumArguments(plan, medium, index)),
    ...resetLogArguments,
  ]
}

function machineArguments({ machine }: BootPlan, memory: MemoryBackend): string[] {
  const size = `${machine.memoryMiB}M`
  const shape = ['-m', size, '-smp', `${machine.cpus}`, '-cpu', cpuModel]
  if (memory === 'private') return ['-machine', machine.shape, ...shape]
  const backend =
    memory === 'memfd'
      ? `memory-backend-memfd,id=ram,size=${size},share=on`
      : `memory-backend-file,id=ram,size=${size},share=on,mem-path=${fileNames.memory}`
  return ['-object', backend, '-machine', `${machine.shape},memory-backend=ram`, ...shape]
}

/** Everything TCG can do, except 5-level paging: firmware and Linux would switch it on. */
const cpuModel = 'max,la57=off'

/** The serial ports of the machine: the stand-in takes COM4's place in the ACPI tables. */
export function serialPortsWith(exitDevice: ExitDevice): readonly SerialPort[] {
  return exitDevice === 'standIn' ? serialPorts.filter((port) => port !== 'com4') : serialPorts
}

/** Files keep every byte; a socket loses those of a guest that does not poll, and doubles some in its `logfile`. */
function outputArguments(plan: BootPlan, exitDevice: ExitDevice): string[] {
  const ports = serialPortsWith(exitDevice).flatMap((port, index) => [
    ...['-chardev', `file,id=${port},path=${port}`],
    ...['-device', `isa-serial,chardev=${port},index=${index}`],
  ])
  if (plan.ports.debugConsole === null) return ports
  return [
    ...ports,
    ...['-chardev', 'file,id=debugConsole,path=debugConsole'],
    ...['-device', `isa-debugcon,chardev=debugConsole,iobase=${hex(plan.ports.debugConsole)}`],
  ]
}

function exitArguments({ ports: { exit } }: BootPlan, device: ExitDevice): string[] {
  if (exit === null || device === null) return []
  const base = `iobase=${hex(exit.port)}`
  if (device === 'real') return ['-device', `isa-debug-exit,${base},iosize=${exit.size}`]
  return [
    ...['-chardev', `socket,id=exit,fd=${descriptors.exit}`],
    ...['-device', `isa-serial,chardev=exit,${base},index=3`],
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

/**
 * `snapshot=on` sends the guest's writes to a temporary file; `locking=off` lets the same file be in use elsewhere,
 * by another of our runs or by a QEMU of the user's.
 */
function mediumArguments(plan: BootPlan, medium: Medium, index: number): string[] {
  const file = `driver=raw,file.driver=file,file.locking=off,file.filename=${escaped(medium.path)}`
  const access = medium.kind === 'cdrom' ? 'media=cdrom,readonly=on' : 'snapshot=on'
  return [
    ...['-drive', `if=none,id=medium${index},${access},${file}`],
    ...deviceArguments(plan, medium, `drive=medium${index}${bootIndex(plan, medium)}`),
  ]
}

function deviceArguments({ machine }: BootPlan, medium: Medium, properties: string): string[] {
  if (medium.kind === 'disk') return ['-device', `ide-hd,${properties}`]
  if (medium.kind === 'cdrom') return ['-device', `ide-cd,${properties}`]
  // A q35 has no floppy controller of its own.
  const controller = machine.shape === 'q35' ? ['-device', 'isa-fdc'] : []
  return [...controller, '-device', `floppy,${properties}`]
}

function bootIndex({ start }: BootPlan, medium: Medium): string {
  if (start.kind === 'direct') return ''
  const index = start.bootOrder.indexOf(medium.id)
  return index < 0 ? '' : `,bootindex=${index}`
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
