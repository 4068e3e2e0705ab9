import type { BootPlan } from '../boot/plan.ts'
import type { EngineName, Machine } from '../engines/engine.ts'
import type { Condition } from '../observe/condition.ts'
import type { Ending } from '../observe/ending.ts'
import type { MachineEvent } from '../observe/event.ts'
import { isCrash } from '../observe/expectation.ts'
import { findOnScreen } from '../observe/find-on-screen.ts'
import type { InputEvent } from '../observe/input.ts'
import { type Instant, powerOn } from '../observe/instant.ts'
import { findInText } from '../observe/match.ts'
import { type OutputPort, outputPorts } from '../observe/output.ts'
import { type OutputLog, OutputLogBuilder } from '../observe/output-log.ts'
import type { Recording } from '../observe/recording.ts'
import type { Screen } from '../observe/screen.ts'
import type { TextMatch } from '../observe/stop.ts'
import { invariant } from '../support/invariant.ts'
import { stillMoving } from './errors.ts'
import type { ImageFile } from './image-file.ts'
import { mediumFile } from './medium-file.ts'
import { namePlaces } from './name-places.ts'
import { removableDrive } from './plan-drives.ts'
import { seenFrom } from './readable-file.ts'
import { type FailFast, failFasts, lineAround, type Wait } from './waiting.ts'

/** What one port printed, and where the next search begins. */
export interface PortState {
  readonly log: OutputLogBuilder
  cursor: number
}

/** All that is known of a run after its machine was closed: what reports are made of. */
export interface SessionRecord extends Recording {
  readonly plan: BootPlan
  readonly outputs: ReadonlyMap<OutputPort, OutputLog>
  /** Remarks of the plan and of the engine, in order. */
  readonly notes: readonly string[]
  /** When the machine last stood still. */
  readonly at: Instant
}

/** The sides of a session that are settled when it is opened. */
export interface SessionFacts {
  /** Open until the session is closed: symbols are read from it when they are asked for. */
  readonly file: ImageFile
  /** From where paths are seen; null: the working directory. */
  readonly root: string | null
  readonly plan: BootPlan
  readonly engine: EngineName
  readonly limitNs: bigint
  readonly settleNs: bigint
}

/**
 * Why the machine stands where it stands: decides whether a screenshot must first wait for a still screen.
 */
type Rest = 'powerOn' | 'until' | 'wait'

type Halt =
  | { readonly why: 'condition'; readonly index: number; readonly match: TextMatch | null }
  | { readonly why: 'pause' }
  | { readonly why: 'ending'; readonly ending: Ending }

/** After a fail-fast text the guest may finish its message for this much guest time. */
const lastWordsNs = 250_000_000n

/**
 * One machine from power-on to its close, and all that was seen of it. Tests hold it as a `Vm` (`vmOf`);
 * fixtures, matchers and the command line use it as it is. It makes the endings `limit` and `stopped`; all
 * others come from the engine.
 */
export class Session {
  readonly facts: SessionFacts
  readonly ports: ReadonlyMap<OutputPort, PortState>
  /** Of all files that are or were in a drive. */
  readonly mediaPaths: Set<string>
  readonly #machine: Machine
  readonly #trace: Trace
  #at: Instant = powerOn
  #rest: Rest = 'powerOn'
  #ending: Ending | null = null
  #endingNamed = false
  #record: Promise<SessionRecord> | null = null

  /** `trace` is what the machine's events were and are written to: see {@link Trace}. */
  constructor(facts: SessionFacts, machine: Machine, trace: Trace) {
    this.facts = facts
    this.#machine = machine
    this.mediaPaths = new Set(facts.plan.media.flatMap(({ path }) => path ?? []))
    this.ports = trace.ports
    this.#trace = trace
  }

  /** The machine itself: for reads that let no guest time pass. */
  get machine(): Machine {
    return this.#machine
  }

  /** How the run ended; null while it has not. */
  get ending(): Ending | null {
    return this.#ending
  }

  /** Whether any wait has let the guest run. */
  get hasRun(): boolean {
    return this.#rest !== 'powerOn'
  }

  /** A matcher has named the ending: whatever it is, the test knows about it. */
  nameEnding(): void {
    this.#endingNamed = true
  }

  /** A crash that no matcher has named. It fails a test whose other assertions all hold. */
  get unnamedCrash(): Ending | null {
    return this.#ending !== null && isCrash(this.#ending) && !this.#endingNamed ? this.#ending : null
  }

  port(port: OutputPort): PortState {
    const state = this.ports.get(port)
    invariant(state !== undefined, `a session keeps every port, ${port} too`)
    return state
  }

  /**
   * Runs until `condition` holds. What holds already is found without running: text that was printed before
   * from the condition's cursor on, a screen that shows it now.
   */
  async waitFor(condition: Condition): Promise<Wait> {
    return this.#wait([condition], failFasts(condition))
  }

  /**
   * Runs until one of `conditions` holds and stays there on purpose; else to the ending. The guest may panic
   * on its way.
   */
  async runUntil(...conditions: readonly Condition[]): Promise<Ending> {
    const wait = await this.#wait(conditions, [])
    if (wait.came === 'ending') return wait.ending
    const condition = wait.came === 'true' ? conditions[wait.index] : undefined
    invariant(condition !== undefined, 'a wait without fail-fast texts comes true or to an ending')
    this.#rest = 'until'
    return { at: this.#at, kind: 'stopped', condition }
  }

  /** {@link waitFor}, to stay there on purpose. */
  async reach(condition: Condition): Promise<Wait> {
    const wait = await this.waitFor(condition)
    if (wait.came === 'true') this.#rest = 'until'
    return wait
  }

  /** Runs to the ending, which may be the limit. */
  async end(): Promise<Ending> {
    const halt = await this.#run([], this.facts.limitNs)
    invariant(halt.why === 'ending', 'a run without conditions goes on to its ending')
    return halt.ending
  }

  /** Feeds the guest and lets it run for the settling time. */
  async feed(event: InputEvent): Promise<void> {
    await this.#machine.input(event)
    await this.#run([], this.#at.ns + this.facts.settleNs)
  }

  /**
   * Puts a file into a drive, or takes out what is in it.
   * @throws KernelTestError KT1011 for a file that must be converted, KT3050, KT3052 for one that the drive
   * does not take, KT3053 for a hard disk, KT4006 for a file that may not be read, KT4008 for a drive that is
   * not there.
   */
  async changeMedium(drive: string, path: string | null): Promise<void> {
    const { plan, root } = this.facts
    const { id, kind } = removableDrive(plan, drive)
    const file = path === null ? null : await mediumFile('changeDisk', kind, seenFrom(root, path))
    if (file !== null && !this.mediaPaths.has(file.path)) {
      this.mediaPaths.add(file.path)
      for (const text of file.notes) this.#trace.add({ kind: 'note', text })
    }
    if (this.#ending === null) await this.#machine.changeMedium(id, file?.path ?? null)
  }

  /**
   * The screen once it stands still: at once when the run has ended or was paused by `until`, else after two
   * equal frames `settleNs` apart.
   * @throws KernelTestError KT4021 when the limit comes first.
   */
  async stillScreen(): Promise<Screen> {
    if (this.#ending === null && this.#rest !== 'until') {
      const halt = await this.#run([{ on: 'stillScreen', settleNs: this.facts.settleNs }], this.facts.limitNs)
      if (halt.why === 'ending' && halt.ending.kind === 'limit') throw stillMoving(this.facts)
    }
    return this.#machine.screen()
  }

  /** Ends the machine and answers what is left of it. Always answers; a second call answers the same. */
  close(): Promise<SessionRecord> {
    this.#record ??= this.#close()
    return this.#record
  }

  async #close(): Promise<SessionRecord> {
    const recording = await this.#machine.close()
    this.facts.file.close()
    const outputs = new Map<OutputPort, OutputLog>()
    for (const [port, { log }] of this.ports) outputs.set(port, { bytes: log.bytes, text: log.text })
    const ending = this.#ending ?? recording.ending
    return { ...recording, ending, plan: this.facts.plan, outputs, notes: this.#trace.notes, at: this.#at }
  }

  async #wait(wanted: readonly Condition[], failing: readonly FailFast[]): Promise<Wait> {
    const held = await this.#firstHeld(wanted)
    if (held) return held
    const failed = failing.find((fail) => this.#find(fail.port, fail.pattern) !== null)
    if (failed) return this.#failFast(failed)
    const guards = failing.map<Condition>(({ port, pattern }) => ({
      on: 'output',
      port,
      pattern,
      from: this.port(port).cursor,
    }))
    const halt = await this.#run([...wanted, ...guards], this.facts.limitNs)
    invariant(halt.why !== 'pause', 'a wait goes on to the limit')
    if (halt.why === 'ending') {
      return (await this.#firstHeld(wanted)) ?? { came: 'ending', ending: halt.ending }
    }
    const condition = wanted[halt.index]
    if (condition) return this.#met(condition, halt.index, halt.match)
    const guard = failing[halt.index - wanted.length]
    invariant(guard !== undefined, 'an engine answers the index of a condition that it was given')
    return this.#failFast(guard)
  }

  /** The first condition that holds on what is known without running. */
  async #firstHeld(conditions: readonly Condition[]): Promise<Wait | null> {
    for (const [index, condition] of conditions.entries()) {
      if (condition.on === 'output') {
        const match = findInText(this.port(condition.port).log.sliceable, condition.from, condition.pattern)
        if (match) return this.#met(condition, index, match)
      } else if (condition.on === 'screen' && this.#ending?.kind !== 'engineError') {
        const shown = findOnScreen(await this.#machine.screen(), condition.pattern) !== null
        if (shown === condition.shown) return this.#met(condition, index, null)
      }
    }
    return null
  }

  #met(condition: Condition, index: number, match: TextMatch | null): Wait {
    if (condition.on === 'output' && match !== null) {
      const state = this.port(condition.port)
      state.cursor = Math.max(state.cursor, match.end)
    }
    return { came: 'true', index, match }
  }

  #find(port: OutputPort, pattern: string): TextMatch | null {
    const { log, cursor } = this.port(port)
    return findInText(log.sliceable, cursor, pattern)
  }

  async #failFast({ port, pattern }: FailFast): Promise<Wait> {
    await this.#run([], this.#at.ns + lastWordsNs)
    const match = this.#find(port, pattern)
    invariant(match !== null, 'what was found in a log stays there')
    return { came: 'failFast', port, pattern, line: lineAround(this.port(port).log.text, match.start) }
  }

  /** The only way in which guest time passes. Answers a `pause` only for a deadline before the limit. */
  async #run(any: readonly Condition[], deadlineNs: bigint): Promise<Halt> {
    if (this.#ending !== null) return { why: 'ending', ending: this.#ending }
    const { limitNs } = this.facts
    const stop = await this.#machine.run({ deadlineNs: deadlineNs < limitNs ? deadlineNs : limitNs, any })
    this.#at = stop.at
    this.#rest = 'wait'
    if (stop.why === 'condition') return { why: 'condition', index: stop.index, match: stop.match ?? null }
    if (stop.why === 'deadline' && deadlineNs < limitNs) return { why: 'pause' }
    this.#ending =
      stop.why === 'end'
        ? namePlaces(stop.ending, this.facts.file.image)
        : { at: stop.at, kind: 'limit', limitNs, detail: stop.activity }
    return { why: 'ending', ending: this.#ending }
  }
}

/** Collects a machine's events; made before the machine, which may print before it is opened. */
export class Trace {
  readonly ports: ReadonlyMap<OutputPort, PortState> = new Map(
    outputPorts.map((port) => [port, { log: new OutputLogBuilder(), cursor: 0 }]),
  )
  readonly notes: string[] = []
  readonly #onEvent: ((event: MachineEvent, text: string) => void) | undefined

  constructor(onEvent: ((event: MachineEvent, text: string) => void) | undefined) {
    this.#onEvent = onEvent
  }

  add(event: MachineEvent): void {
    const text = event.kind === 'output' ? this.ports.get(event.port)?.log.append(event.bytes) : ''
    if (event.kind === 'note') this.notes.push(event.text)
    this.#onEvent?.(event, text ?? '')
  }
}
