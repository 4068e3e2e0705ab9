import { existsSync, readFileSync } from 'node:fs'
import { type BootPlan, type CpuOptions, cpuFeatures, type DirectStart } from '../../boot/plan.ts'
import type { CalendarTime } from '../../machine/devices/calendar.ts'
import type { ProcessorChoices } from '../../machine/entry.ts'
import { firmwareEntry } from '../../machine/firmware-entry.ts'
import type { Machine as Pc } from '../../machine/machine.ts'
import type { Drive } from '../../machine/media/drive.ts'
import type { UnknownAccess } from '../../machine/unknown-accesses.ts'
import type { EventSink } from '../../observe/event.ts'
import { type OutputPort, serialPorts } from '../../observe/output.ts'
import { type DiskError, panicNote } from '../../observe/timeline.ts'
import { invariant } from '../../support/invariant.ts'
import type { Engine, EngineReport, Machine } from '../engine.ts'
import { diskErrorNotes } from './disk-error-notes.ts'
import { busyBit, type Descriptor, entryRegisters } from './entry-registers.ts'
import { memoryOf } from './load-plan.ts'
import { capabilities, EmbeddedMachine } from './machine.ts'
import { OpenDrives } from './media/open-drives.ts'
import { physicalOf } from './memory.ts'
import { missingDeviceNotes } from './missing-devices.ts'
import { checkPlan, outsideOfMemory } from './refusals.ts'
import { readPaging } from './registers.ts'
import { keepMachine, takeMachine } from './warm-machines.ts'

/** Our own PC, in this thread. It needs nothing from the host. */
export const embeddedEngine: Engine = { name: 'embedded', probe, open }

async function probe(): Promise<EngineReport> {
  return {
    name: 'embedded',
    usable: true,
    version: packageVersion(),
    path: null,
    capabilities,
    missing: [],
  }
}

/** The build lies one folder deeper in the package than the sources. */
function packageVersion(): string {
  const folders = ['../../../', '../../../../'].map((path) => new URL(path, import.meta.url))
  const folder = folders.find((one) => existsSync(new URL('package.json', one)))
  invariant(folder, 'the engine lies in its package')
  return JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')).version
}

async function open(plan: BootPlan, sink: EventSink, signal: AbortSignal): Promise<Machine> {
  signal.throwIfAborted()
  checkPlan(plan)
  const media = new OpenDrives(plan, (text) => sink({ kind: 'note', text }))
  try {
    const pc = await takeMachine(plan.machine)
    return powerOn(pc, plan, media, sink, signal)
  } catch (error) {
    media.close()
    throw error
  }
}

function powerOn(
  pc: Pc,
  plan: BootPlan,
  media: OpenDrives,
  sink: EventSink,
  signal: AbortSignal,
): EmbeddedMachine {
  const machine = new EmbeddedMachine(plan, sink, signal, pc, media, (usable) => {
    media.close()
    if (usable) keepMachine(pc)
  })
  const listener: Listener = {
    printed: (port, byte) => machine.printed(port, byte),
    poll: () => machine.isTurn,
    unknown: missingDeviceNotes((text) => sink({ kind: 'note', text }), plan.machine.memoryMiB),
    panicked: (goesOn) => sink({ kind: 'note', text: panicNote(goesOn) }),
    diskError: diskErrorNotes(
      (text) => sink({ kind: 'note', text }),
      () => pc.units,
      plan.media.find(({ id }) => id === 'boot')?.kind,
    ),
  }
  try {
    load(pc, plan, media.drives, listener)
  } catch (error) {
    keepMachine(pc)
    throw error
  }
  return machine
}

interface Listener {
  readonly printed: (port: OutputPort, byte: number) => void
  readonly poll: () => boolean
  readonly unknown: (access: UnknownAccess) => void
  readonly panicked: (goesOn: boolean) => void
  readonly diskError: (error: DiskError) => void
}

/** Power-on in the state that the plan names. */
function load(pc: Pc, plan: BootPlan, drives: readonly Drive[], listener: Listener): void {
  const { machine, start, ports } = plan
  const { memoryMiB } = machine
  const memory = start.kind === 'direct' ? memoryOf(start, memoryMiB, pc.firmware) : []
  pc.powerOn(memory, {
    exit: ports.exit,
    debugConsole: ports.debugConsole,
    drives,
    ...(plan.startTime !== undefined && { startTime: timeOf(plan.startTime) }),
    bootOrder: start.kind === 'firmware' ? numbersOf(drives, start.bootOrder) : [],
    serial: (byte, port) => listener.printed(serialPorts[port] ?? 'com1', byte),
    print: (byte) => listener.printed('debugConsole', byte),
    poll: listener.poll,
    unknown: listener.unknown,
    panicked: listener.panicked,
    diskError: listener.diskError,
  })
  if (start.kind === 'direct') enterDirectly(pc, plan, start)
  else pc.enter(firmwareEntry, choicesOf(plan.cpu))
}

function timeOf(text: string): CalendarTime {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = text.split(/[-T:]/).map(Number)
  return { year, month, day, hour, minute, second }
}

function numbersOf(drives: readonly Drive[], order: readonly string[]): readonly number[] {
  return order.flatMap((id) => drives.filter((drive) => drive.id === id)).map(({ number }) => number)
}

function enterDirectly(pc: Pc, { machine, cpu }: BootPlan, start: DirectStart): void {
  const { gdt } = start.cpu
  const registers = entryRegisters(start.cpu, (selector) => descriptorAt(pc, gdt.base + BigInt(selector)))
  pc.enter(registers, choicesOf(cpu))
  if (gdt.task !== 0) markBusy(pc, gdt.base + BigInt(gdt.task))
  const physical = physicalOf(pc, pc.linearRip, readPaging(pc))
  if (physical === null || pc.memory.peek(physical, 1) === null) {
    throw outsideOfMemory('the entry point', start.cpu.rip, machine.memoryMiB)
  }
}

function choicesOf({ features, seed }: CpuOptions): ProcessorChoices {
  return { features: cpuFeatures.filter((name) => features[name] === true), seed: BigInt(seed ?? 0) }
}

function descriptorAt(pc: Pc, at: bigint): Descriptor {
  const bytes = pc.memory.peek(at, 8)
  if (bytes === null) throw outsideOfMemory('the descriptor table', at, pc.cpu.ram.length / 2 ** 20)
  const view = new DataView(bytes.buffer)
  return { low: view.getUint32(0, true), high: view.getUint32(4, true) }
}

/** As LTR does with the descriptor of the task that it loads. */
function markBusy(pc: Pc, descriptor: bigint): void {
  const at = descriptor + BigInt(busyBit.byte)
  const [type = 0] = pc.memory.peek(at, 1) ?? []
  pc.memory.poke(at, Uint8Array.of(type | busyBit.bit))
}
