import type { Chip } from '../../../src/machine/bus/chip.ts'
import { PhysicalMemory } from '../../../src/machine/bus/physical-memory.ts'
import { PortSpace } from '../../../src/machine/bus/port-space.ts'
import { resetState } from '../../../src/machine/cpu/control/reset.ts'
import { Cpu, type CpuStop } from '../../../src/machine/cpu/cpu.ts'
import { ramBase, state } from '../../../src/machine/cpu/state-layout.ts'
import { modelFeatures } from '../../../src/machine/cpu/table/features.ts'
import { referenceCore } from '../../machine/reference-core.ts'
import { address, romBytes } from './layout.ts'
import { type BochsModel, type Probe, usualModel } from './probe.ts'
import type { RomRun } from './record.ts'
import { copiedBytes } from './rom.ts'
import { selfSender } from './self-sender.ts'
import type { Step } from './trace.ts'
import '../../machine/generated-core.ts'

const ramBytes = 4 * 2 ** 20
/** Code lies below: what has been decoded from it is to be forgotten. */
const blank = new Uint8Array(2 ** 20)
const debugPort = 0xe9
const apicAt = 0xfee0_0000
const exitPorts = [0xf4, 0x8900] as const
/** More than the longest probe takes, with its record. */
const maxUnits = 2_000_000
/** More than the longest probe and its handlers' returns take. */
const maxFollowed = 20_000
const maxWayBack = 100
const endOfRecord = 10
/** Optional features of our model: protection keys. */
const withKeys = 2

/** A chip that is told what is written, and reads as its port's number, which is what Bochs has at E9. */
function listener(write: (value: number) => void): Chip {
  return {
    read: () => debugPort,
    write: (_offset, _size, value) => write(value),
  }
}

/** One unit: `hasBegun` unless something else was delivered first; the vector of a fault or an INT. */
export interface Unit {
  readonly stop: CpuStop
  readonly hasBegun: boolean
  readonly hasFaulted: boolean
  readonly vector: number | null
}

/** Shown an instruction at a linear address; has to do it. */
export type Advance = (cpu: Cpu, linear: bigint, step: () => Unit) => { readonly stop: CpuStop }

class ProbeMachine {
  readonly #cpu: Cpu
  readonly #rom: Uint8Array
  readonly #sent: number[] = []
  #isOver = false
  #stopsBehindRecords = false
  #hasBegun = true
  #raised: number | null = null
  #interrupted: number | null = null

  /** `listens`: everything is done where `#listen` hears of it. */
  constructor(rom: Uint8Array, listens: boolean) {
    const ports = new PortSpace()
    const memory = new PhysicalMemory(ramBytes, { image: rom, hasShadow: true })
    this.#cpu = new Cpu(memory, ports, modelFeatures, listens ? referenceCore : undefined)
    memory.attach(apicAt, 0x1000, selfSender(this.#cpu))
    if (listens) this.#listen(this.#cpu)
    this.#rom = new Uint8Array(this.#cpu.ram.buffer, ramBase + ramBytes, romBytes)
    ports.attach(
      { first: debugPort, count: 1 },
      listener((value) => {
        this.#sent.push(value)
        if (this.#stopsBehindRecords && value === endOfRecord) this.#cpu.requestStop()
      }),
    )
    const end = listener(() => {
      this.#isOver = true
      this.#cpu.requestStop()
    })
    for (const port of exitPorts) ports.attach({ first: port, count: 1 }, end)
  }

  run(rom: Uint8Array, model: BochsModel): RomRun {
    this.#powerOn(rom, model)
    let { stop, left } = this.#cpu.run(maxUnits)
    while (stop.kind === 'requested' && !this.#isOver) ({ stop, left } = this.#cpu.run(left))
    const ending = this.#isOver ? 'shutdown' : endingOf(stop, this.#cpu)
    return { output: String.fromCharCode(...this.#sent), ending }
  }

  /** Hands over the processor in front of every unit that is not the ROM's, up to the last record. */
  follow(rom: Uint8Array, { model, events = 1 }: Probe, advance: Advance): void {
    const cpu = this.#cpu
    this.#powerOn(rom, model ?? usualModel)
    // A copied byte is a unit, and the code is reached behind all of them.
    cpu.run(copiedBytes(rom))
    if (!this.#reachCode()) return
    this.#stopsBehindRecords = true
    let records = 0
    for (let steps = 0; steps < maxFollowed; steps++) {
      const isOurs = !this.#isInRom()
      if (!isOurs && ++records === events) break
      const { stop } = isOurs ? advance(cpu, this.#linear(), () => this.#step()) : cpu.run(maxUnits)
      // Behind the record there are but a few instructions on the way back.
      for (let left = maxWayBack; left > 0 && !isOurs && this.#isInRom(); left--) cpu.run(1)
      if (this.#isOver || (stop.kind !== 'budget' && stop.kind !== 'requested')) break
    }
    this.#stopsBehindRecords = false
  }

  trace(rom: Uint8Array, model: BochsModel, steps: number): readonly Step[] {
    const { state: now } = this.#cpu
    this.#powerOn(rom, model)
    if (!this.#reachCode()) throw new Error('The code of the probe is never reached')
    return Array.from({ length: steps }, () => {
      const registers = Array.from({ length: 16 }, (_, number) => now.general(number))
      const step = { rip: now.rip, flags: now.flags, registers }
      this.#cpu.run(1)
      return step
    })
  }

  #step(): Unit {
    this.#hasBegun = true
    this.#raised = null
    this.#interrupted = null
    const { stop } = this.#cpu.run(1)
    const hasFaulted = this.#raised !== null
    return { stop, hasBegun: this.#hasBegun, hasFaulted, vector: this.#raised ?? this.#interrupted }
  }

  /** Notes what the event unit is asked. */
  #listen({ events }: Cpu): void {
    const before = events.before.bind(events)
    const fault = events.fault.bind(events)
    events.before = () => {
      const answer = before()
      this.#hasBegun = answer === 'go'
      return answer
    }
    const interrupt = events.softwareInterrupt.bind(events)
    events.softwareInterrupt = (vector, kind, next) => {
      interrupt(vector, kind, next)
      this.#interrupted = vector
    }
    events.fault = (vector, code) => {
      this.#raised = vector
      return fault(vector, code)
    }
  }

  /** False for a probe that faults on the way. */
  #reachCode(): boolean {
    for (let stop: CpuStop = { kind: 'budget' }; stop.kind === 'budget'; { stop } = this.#cpu.run(1)) {
      if (this.#linear() === BigInt(address.code)) return true
    }
    return false
  }

  #linear(): bigint {
    return BigInt.asUintN(64, this.#cpu.state.u64(state.codeBase) + this.#cpu.state.rip)
  }

  #isInRom(): boolean {
    return this.#linear() >> 16n === BigInt(address.rom >> 16)
  }

  /** ROMs differ in what their code reads, not in the code: nothing that was decoded from them is stale. */
  #powerOn(rom: Uint8Array, model: BochsModel): void {
    const cpu = this.#cpu
    this.#rom.set(rom)
    cpu.memory.write(0, blank)
    cpu.ram.fill(0, blank.length)
    this.#sent.length = 0
    this.#isOver = false
    resetState(cpu.state, 'power')
    cpu.state.setU64(state.units, 0n)
    cpu.state.setU32(state.pending, 0)
    cpu.state.setU32(state.a20, 1)
    cpu.state.setU32(state.optionalFeatures, model === 'corei7_icelake_u' ? withKeys : 0)
    cpu.settle()
  }
}

let shared: ProbeMachine | undefined
let listening: ProbeMachine | undefined

/** Runs a ROM on our processor, from its reset vector. */
export function runRom(rom: Uint8Array, model = usualModel): RomRun {
  shared ??= new ProbeMachine(rom, false)
  return shared.run(rom, model)
}

/** Steps a ROM as `traceInBochs` does. */
export function traceOurs(rom: Uint8Array, model: BochsModel, steps: number): readonly Step[] {
  shared ??= new ProbeMachine(rom, false)
  return shared.trace(rom, model, steps)
}

/** Goes with our processor through a probe; the handlers of the ROM run by themselves. */
export function followOurs(rom: Uint8Array, probe: Probe, advance: Advance): void {
  listening ??= new ProbeMachine(rom, true)
  listening.follow(rom, probe, advance)
}

/** In the words that `bochs.ts` has for Bochs' log. */
function endingOf(stop: CpuStop, cpu: Cpu): string {
  if (stop.kind === 'tripleFault') return 'triple fault'
  return stop.kind === 'halted' ? 'dead halt' : `${stop.kind} at ${cpu.state.rip.toString(16)}`
}
