import type { BootPlan } from '../../boot/plan.ts'
import { nsAtTick } from '../../machine/clock.ts'
import type { Machine as Pc } from '../../machine/machine.ts'
import type { StopWhen } from '../../observe/condition.ts'
import type { Ending, EndingCause } from '../../observe/ending.ts'
import type { EventSink } from '../../observe/event.ts'
import type { InputEvent } from '../../observe/input.ts'
import type { Instant } from '../../observe/instant.ts'
import { keysOfPress } from '../../observe/keys.ts'
import type { BadSectors, MediumState } from '../../observe/medium-state.ts'
import { type OutputPort, serialPorts } from '../../observe/output.ts'
import { OutputConditions } from '../../observe/output-conditions.ts'
import type { Recording } from '../../observe/recording.ts'
import type { Registers } from '../../observe/registers.ts'
import type { GraphicsScreen, Screen } from '../../observe/screen.ts'
import type { Stop } from '../../observe/stop.ts'
import type { TimelineEvent } from '../../observe/timeline.ts'
import { invariant } from '../../support/invariant.ts'
import type { AddressSpaceKind, Capability, Machine } from '../engine.ts'
import { failureOf } from './endings.ts'
import type { OpenDrives } from './media/open-drives.ts'
import { readMemory, writeMemory } from './memory.ts'
import { Outputs } from './outputs.ts'
import { machineClosed, noSuchCpu } from './refusals.ts'
import { readRegisters } from './registers.ts'
import { Run, type RunResult } from './run.ts'
import { readFrame, readScreen } from './screen.ts'
import { readTimeline } from './timeline.ts'

export const capabilities: readonly Capability[] = ['instructionCount', 'keyWait', 'diskContents', 'timeline']

/** A machine of our own, in this thread: it runs while nobody else does, and gives way from time to time. */
export class EmbeddedMachine implements Machine {
  readonly capabilities: ReadonlySet<Capability> = new Set(capabilities)
  readonly #plan: BootPlan
  readonly #sink: EventSink
  readonly #signal: AbortSignal
  readonly #pc: Pc
  readonly #media: OpenDrives
  readonly #giveBack: (usable: boolean) => void
  readonly #outputs: Outputs
  readonly #conditions = new OutputConditions()
  #run: Run | null = null
  /** Settles when no run is under way. */
  #settled: Promise<unknown> = Promise.resolve()
  #ending: Ending | null = null
  #closing: Promise<Recording> | null = null
  #failed = false

  /**
   * `pc` is wired to {@link printed} and {@link isTurn}. `giveBack` is called when it is no longer needed;
   * `usable`: another machine may have it.
   */
  constructor(
    plan: BootPlan,
    sink: EventSink,
    signal: AbortSignal,
    pc: Pc,
    media: OpenDrives,
    giveBack: (usable: boolean) => void,
  ) {
    this.#plan = plan
    this.#sink = sink
    this.#signal = signal
    this.#pc = pc
    this.#media = media
    this.#giveBack = giveBack
    this.#outputs = new Outputs(
      sink,
      () => this.#now(),
      // Where nobody waits, what was printed is put down in larger pieces.
      (port, bytes) => this.#conditions.waitsFor(port) || this.#conditions.append(port, bytes),
    )
  }

  /** The guest has printed a byte: conditions that wait for it are judged before its next instruction. */
  printed(port: OutputPort, byte: number): void {
    this.#outputs.add(port, byte)
    if (!this.#conditions.waitsFor(port)) return
    this.#conditions.append(port, Uint8Array.of(byte))
    const met = this.#conditions.met(port)
    if (met === null) return
    this.#run?.meet(met)
    this.#pc.requestStop()
  }

  /** Whether a run has gone on for so long that the thread must hear its messages. */
  get isTurn(): boolean {
    return this.#run?.isTurn ?? false
  }

  async run(until: StopWhen): Promise<Stop> {
    invariant(this.#run === null, 'a machine runs once at a time')
    this.#assertOpen()
    if (this.#ending !== null) return endStop(this.#ending)
    const exitPort = this.#plan.ports.exit?.port ?? 0
    const run = new Run(this.#pc, until, exitPort, {
      check: () => this.#checkOwner(),
      tell: () => this.#outputs.tell(),
    })
    this.#run = run
    this.#conditions.wait(until.any)
    const met = this.#conditions.met()
    if (met) run.meet(met)
    const stop = this.#letRun(run)
    this.#settled = stop.catch(() => null)
    return stop
  }

  async now(): Promise<Instant> {
    return this.#now()
  }

  async registers(cpu = 0): Promise<Registers> {
    this.#assertOpen()
    if (cpu !== 0) throw noSuchCpu(cpu)
    return readRegisters(this.#pc)
  }

  async read(space: AddressSpaceKind, address: bigint, length: number): Promise<Uint8Array> {
    this.#assertOpen()
    return readMemory(this.#pc, space, address, length)
  }

  async write(space: AddressSpaceKind, address: bigint, bytes: Uint8Array): Promise<void> {
    this.#assertOpen()
    writeMemory(this.#pc, space, address, bytes)
  }

  async screen(): Promise<Screen> {
    this.#assertOpen()
    return readScreen(this.#pc)
  }

  async frame(): Promise<GraphicsScreen> {
    this.#assertOpen()
    return readFrame(this.#pc)
  }

  async input(event: InputEvent): Promise<void> {
    this.#assertOpen()
    if (event.to === 'keyboard') {
      for (const keys of event.keys.map(keysOfPress)) this.#pc.press(keys)
      return
    }
    if (event.to === 'mouse') {
      // The mouse counts upwards.
      this.#pc.point(event.changes.map((change) => ({ ...change, y: -change.y })))
      return
    }
    if (event.to === 'powerButton') {
      this.#pc.pressPower()
      return
    }
    this.#pc.sendTo(serialPorts.indexOf(event.port), event.bytes)
  }

  async timeline(): Promise<readonly TimelineEvent[]> {
    this.#assertOpen()
    return readTimeline(this.#pc)
  }

  async changeMedium(drive: string, path: string | null): Promise<void> {
    this.#assertOpen()
    this.#pc.insert(this.#media.change(drive, path))
  }

  async medium(drive: string): Promise<MediumState | null> {
    this.#assertOpen()
    return this.#media.state(drive)
  }

  async readMedium(drive: string, at: number, length: number): Promise<Uint8Array> {
    this.#assertOpen()
    return this.#media.read(drive, at, length)
  }

  async failReads(drive: string, bad: readonly BadSectors[]): Promise<void> {
    this.#assertOpen()
    this.#media.failReads(drive, bad)
  }

  close(): Promise<Recording> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<Recording> {
    // A run that is under way finds out in its next turn.
    await this.#settled
    const last = {
      screen: readScreen(this.#pc),
      registers: readRegisters(this.#pc),
      timeline: readTimeline(this.#pc),
    }
    this.#giveBack(!this.#failed)
    return { ending: this.#ending, ...last, engineLog: '' }
  }

  async #letRun(run: Run): Promise<Stop> {
    try {
      return this.#stopOf(await this.#result(run), run)
    } finally {
      this.#outputs.tell()
      this.#run = null
    }
  }

  async #result(run: Run): Promise<RunResult> {
    try {
      return await run.go()
    } catch (error) {
      this.#checkOwner()
      this.#failed = true
      return { why: 'end', cause: failureOf(error) }
    }
  }

  #stopOf(result: RunResult, run: Run): Stop {
    if (result.why === 'condition') return { at: this.#now(), why: 'condition', ...result.met }
    if (result.why === 'deadline') return { at: this.#now(), ...result }
    const ending = this.#end(result.cause)
    const met = run.lastMet()
    return met ? { at: ending.at, why: 'condition', ...met } : endStop(ending)
  }

  #end(cause: EndingCause): Ending {
    this.#outputs.tell()
    this.#ending = { at: this.#now(), ...cause }
    this.#sink({ kind: 'ending', ending: this.#ending })
    return this.#ending
  }

  #now(): Instant {
    return { instructions: BigInt(this.#pc.units), ns: nsAtTick(this.#pc.ticks) }
  }

  #checkOwner(): void {
    this.#signal.throwIfAborted()
    this.#assertOpen()
  }

  #assertOpen(): void {
    if (this.#closing !== null) throw machineClosed()
  }
}

function endStop(ending: Ending): Stop {
  return { at: ending.at, why: 'end', ending }
}
