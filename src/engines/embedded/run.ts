import { setImmediate as nextTurn } from 'node:timers/promises'
import { msAtTick, tickAtMs, tickAtNs } from '../../machine/clock.ts'
import type { Machine, MachineStop } from '../../machine/machine.ts'
import type { Activity } from '../../observe/activity.ts'
import type { StopWhen } from '../../observe/condition.ts'
import type { EndingCause } from '../../observe/ending.ts'
import type { MetCondition } from '../../observe/output-conditions.ts'
import { endingOf } from './endings.ts'
import { KeyWait } from './key-wait.ts'
import { ScreenConditions } from './screen.ts'
import { StillScreens } from './still-screens.ts'
import { isSelfJump, stuckEnding } from './stuck.ts'

const never = Number.POSITIVE_INFINITY
/** Wall time, in milliseconds, after which a run lets its thread hear its messages. */
const turnMs = 20
/** Ticks at once, and the wall time in milliseconds that they should take: slow instructions get fewer. */
const stretch = { first: 10_000, least: 1_000, most: 25_000, ms: 10 } as const

/** Why a run is over. */
export type RunResult =
  | { readonly why: 'condition'; readonly met: MetCondition }
  | { readonly why: 'deadline'; readonly activity: Activity }
  | { readonly why: 'end'; readonly cause: EndingCause }

/** Whose run it is. */
export interface RunOwner {
  /** Called in each turn of the thread; what it throws ends the run. */
  check(): void
  /** Called at each look, so at instants of the guest: the host may hear what was printed. */
  tell(): void
}

/** One stretch of guest time. */
export class Run {
  readonly #machine: Machine
  readonly #deadline: number
  readonly #screens: ScreenConditions
  readonly #still: StillScreens
  readonly #keyWait: KeyWait
  /** Of the conditions on addresses and on instructions, by what they wait for. */
  readonly #addresses = new Map<bigint, number>()
  readonly #counts = new Map<number, number>()
  /** The least of them. */
  readonly #firstCount: number
  /** Of the condition that the guest waits for a key; -1: there is none. */
  readonly #keyIndex: number
  readonly #exitPort: number
  readonly #owner: RunOwner
  #met: MetCondition | null = null
  #turnAt = hostMs() + turnMs
  #stretch: number = stretch.first
  /** The CPU executes one jump to itself over and over. */
  #spins = false
  /** Units of the machine when conditions were judged. */
  #judgedAt = -1
  #cause: EndingCause | null = null

  constructor(machine: Machine, until: StopWhen, exitPort: number, owner: RunOwner) {
    this.#machine = machine
    this.#exitPort = exitPort
    this.#deadline = tickAtNs(until.deadlineNs)
    this.#screens = new ScreenConditions(machine, until.any)
    this.#still = new StillScreens(machine, until.any)
    this.#keyWait = new KeyWait(machine)
    this.#keyIndex = until.any.findIndex(({ on }) => on === 'waitsForKey')
    this.#owner = owner
    for (const [index, condition] of until.any.entries()) {
      if (condition.on === 'address') addFirst(this.#addresses, condition.linear, index)
      if (condition.on === 'instructions') addFirst(this.#counts, Number(condition.count), index)
    }
    this.#firstCount = Math.min(...this.#counts.keys())
  }

  /** A condition that is judged elsewhere has come true. */
  meet(met: MetCondition): void {
    this.#met ??= met
  }

  /** Whether the thread must hear its messages: who asks stops the machine for that. */
  get isTurn(): boolean {
    return hostMs() >= this.#turnAt
  }

  async go(): Promise<RunResult> {
    const machine = this.#machine
    const addresses = new Set(this.#addresses.keys())
    this.#judge()
    // The host's clock is looked at once a round: an idle guest goes through hundreds of thousands of rounds.
    for (let before = hostMs(), now = before; ; before = now) {
      if (this.#met) return { why: 'condition', met: this.#met }
      if (machine.ticks >= this.#deadline) return { why: 'deadline', activity: this.#activity }
      const target = this.#nextLook()
      const { sleeps } = machine
      if (sleeps) machine.doze(target)
      else if (this.#spins) this.#spin(target)
      else this.#stand(this.#runStretch(target, addresses))
      now = hostMs()
      if (!sleeps && !this.#spins) this.#adapt(now - before)
      if (machine.ticks >= target && this.#cause === null) this.#look()
      if (this.#cause) return { why: 'end', cause: this.#cause }
      if (now >= this.#turnAt) now = await this.#turn()
    }
  }

  /** The screen at the end of the run may be what was waited for. */
  lastMet(): MetCondition | null {
    this.#judge()
    return this.#met
  }

  #runStretch(target: number, addresses: ReadonlySet<bigint>): MachineStop {
    const most = Math.min(this.#stretch, this.#firstCount - this.#machine.units)
    return this.#machine.runUntil(target, most, addresses)
  }

  /** The next stretch, by the milliseconds that one took. */
  #adapt(ms: number): void {
    this.#stretch =
      ms > stretch.ms
        ? Math.max(stretch.least, Math.floor(this.#stretch / 4))
        : Math.min(stretch.most, this.#stretch * 2)
  }

  #stand(stop: MachineStop): void {
    if (stop.kind === 'address') this.#met ??= { index: this.#addresses.get(stop.linear) ?? 0 }
    const ending = endingOf(stop, this.#machine, this.#exitPort)
    this.#cause = stop.kind === 'halted' ? stuckEnding(this.#machine) : ending
  }

  /** At a fixed instant. */
  #look(): void {
    this.#machine.noteMode()
    this.#owner.tell()
    this.#judge()
    if (this.#met || this.#spins || this.#machine.sleeps) return
    this.#cause = stuckEnding(this.#machine)
    this.#spins = isSelfJump(this.#machine)
  }

  #judge(): void {
    const { units } = this.#machine
    const count = units < this.#firstCount ? null : [...this.#counts].find(([count]) => count <= units)
    const waitsForKey = this.#keyWait.judge() && this.#keyIndex >= 0
    const index =
      count?.[1] ?? this.#screens.met() ?? this.#still.met() ?? (waitsForKey ? this.#keyIndex : null)
    this.#judgedAt = units
    if (index !== null) this.#met ??= { index }
  }

  /** What does the same for ever shows the same too: it is looked at once. */
  #nextLook(): number {
    const { sleeps, ticks, units } = this.#machine
    const due = Math.min(this.#deadline, this.#still.due, sleeps ? never : this.#firstCount - units + ticks)
    const isSame = sleeps ? this.#judgedAt === units : this.#spins && !this.#screens.isStale
    return isSame ? due : Math.min(due, nextMillisecond(ticks))
  }

  /** To `target`, or to the next event of a device, which may end it. */
  #spin(target: number): void {
    const { ticks, nextEvent } = this.#machine
    this.#machine.spin(Math.min(target, nextEvent) - ticks)
    if (nextEvent <= target) this.#spins = false
  }

  get #activity(): Activity {
    if (this.#keyWait.judge()) return 'waitsForKey'
    if (this.#machine.hasNothingToBoot) return 'firmware'
    return this.#machine.halted ? 'idle' : 'busy'
  }

  /** Answers the time after it. */
  async #turn(): Promise<number> {
    await nextTurn()
    this.#owner.check()
    const now = hostMs()
    this.#turnAt = now + turnMs
    return now
  }
}

/** By the host's clock. Node loads a dozen modules when `performance` is first looked at. */
const hostMs = () => process.uptime() * 1000

function addFirst<Key>(map: Map<Key, number>, key: Key, index: number): void {
  if (!map.has(key)) map.set(key, index)
}

/** The screen is looked at once in a millisecond of the guest. */
function nextMillisecond(tick: number): number {
  return tickAtMs(msAtTick(tick) + 1)
}
