import type { Line, SavedChip } from '../bus/chip.ts'
import type { Clock, Timer } from '../clock.ts'
import {
  type CounterMode,
  type Counting,
  countAt,
  isNullCount,
  nextEdge,
  outAt,
  programmed,
  withCount,
  withGate,
  withHalfCount,
} from './pit-counter.ts'

/** Ticks of the machine's clock in one of the counters'. */
const ticksPerClock = 840

const controlPort = 3
const counterLatch = 0
const readBack = 3
/** Read-back command: these are active low. */
const dontLatch = { count: 0x20, status: 0x10 } as const
const access = { latch: 0, low: 1, high: 2, both: 3 } as const

/** Both bytes, mode 3. */
const atReset = 0x36

/** One counter with what programs have latched and half written. */
export interface SavedCounter {
  readonly counting: Counting
  /** The lower six bits of the control word: access, mode as it was written, BCD. */
  readonly control: number
  /** The first of two bytes, while the second is awaited. */
  readonly written: number | null
  /** Bytes that reads give before live ones. */
  readonly latched: readonly number[]
  readonly status: number | null
  /** The next live byte is the high one. */
  readonly readsHigh: boolean
}

export type SavedPit = readonly SavedCounter[]

/**
 * The programmable interval timer, an 8254 (Intel 231164): three counters at 1.193182 MHz, control word,
 * counter latch and read-back. `outputs` are driven at the exact tick; where there is none, OUT is only
 * worked out when somebody asks for its `level`.
 */
export class Pit implements SavedChip<SavedPit> {
  readonly #clock: Clock
  readonly #outputs: readonly (Line | null)[]
  readonly #timers: readonly Timer[]
  #counters: SavedCounter[] = []

  constructor(clock: Clock, outputs: readonly (Line | null)[]) {
    this.#clock = clock
    this.#outputs = outputs
    this.#timers = [0, 1, 2].map((index) =>
      clock.timer(`pit.${index}`, (at) => this.#drive(index, at / ticksPerClock)),
    )
    this.reset()
  }

  /** Undefined by the data sheet; here all count nothing. The gates of 0 and 1 are tied high. */
  reset(): void {
    this.#counters = [true, true, false].map((gate) => idle(programmed(3, false, gate), atReset))
    for (const index of this.#counters.keys()) this.#drive(index)
  }

  /** The level of a counter's OUT now. */
  level(index: number): boolean {
    return outAt(this.#at(index).counting, this.#now)
  }

  setGate(index: number, level: boolean): void {
    // Half of a count in mode 0 holds the counter, whatever the gate does.
    const isHalf = this.#at(index).written !== null && this.#at(index).counting.mode === 0
    this.#count(index, (counting) =>
      isHalf ? { ...counting, gate: level } : withGate(counting, level, this.#now),
    )
  }

  read(offset: number): number {
    if (offset === controlPort) return 0xff
    const { value, after } = this.#next(this.#at(offset))
    this.#counters[offset] = after
    return value
  }

  peek(offset: number): number {
    return offset === controlPort ? 0xff : this.#next(this.#at(offset)).value
  }

  write(offset: number, _size: number, value: number): void {
    if (offset === controlPort) this.#control(value)
    else this.#writeCount(offset, value)
  }

  save(): SavedPit {
    return this.#counters
  }

  load(state: SavedPit): void {
    this.#counters = [...state]
  }

  get #now(): number {
    return Math.floor(this.#clock.now / ticksPerClock)
  }

  #at(index: number): SavedCounter {
    const counter = this.#counters[index]
    if (!counter) throw new RangeError(`an 8254 has no counter ${index}`)
    return counter
  }

  #control(word: number): void {
    const select = word >> 6
    if (select === readBack) {
      this.#readBack(word)
      return
    }
    if (accessOf({ control: word }) === counterLatch) {
      this.#latchCount(select)
      return
    }
    const mode = modes[(word >> 1) & 7] ?? 0
    const { gate } = this.#at(select).counting
    this.#counters[select] = idle(programmed(mode, (word & 1) !== 0, gate), word & 0x3f)
    this.#drive(select)
  }

  #readBack(word: number): void {
    for (let index = 0; index < 3; index++) {
      if ((word & (2 << index)) === 0) continue
      if ((word & dontLatch.count) === 0) this.#latchCount(index)
      if ((word & dontLatch.status) === 0) this.#latchStatus(index)
    }
  }

  /** Ignored while an earlier latch has not been read whole. */
  #latchCount(index: number): void {
    const counter = this.#at(index)
    if (counter.latched.length > 0) return
    const count = countAt(counter.counting, this.#now)
    this.#counters[index] = { ...counter, latched: bytesOf(count, accessOf(counter)) }
  }

  #latchStatus(index: number): void {
    const counter = this.#at(index)
    if (counter.status !== null) return
    const out = this.level(index) ? 0x80 : 0
    const isNull = isNullCount(counter.counting, this.#now) ? 0x40 : 0
    this.#counters[index] = { ...counter, status: out | isNull | counter.control }
  }

  #next(counter: SavedCounter): { readonly value: number; readonly after: SavedCounter } {
    if (counter.status !== null) return { value: counter.status, after: { ...counter, status: null } }
    const [first, ...rest] = counter.latched
    if (first !== undefined) return { value: first, after: { ...counter, latched: rest } }
    const how = accessOf(counter)
    const bytes = bytesOf(countAt(counter.counting, this.#now), how)
    const value = bytes[counter.readsHigh ? 1 : 0] ?? 0
    const readsHigh = how === access.both && !counter.readsHigh
    return { value, after: { ...counter, readsHigh } }
  }

  #writeCount(index: number, value: number): void {
    const counter = this.#at(index)
    const now = this.#now
    const how = accessOf(counter)
    if (how === access.both && counter.written === null) {
      this.#counters[index] = { ...counter, written: value }
      this.#count(index, (counting) => withHalfCount(counting, now))
      return
    }
    const low = how === access.high ? 0 : (counter.written ?? value)
    const high = how === access.low ? 0 : value
    this.#counters[index] = { ...counter, written: null }
    this.#count(index, (counting) => withCount(counting, low | (high << 8), now))
  }

  #count(index: number, change: (counting: Counting) => Counting): void {
    const counter = this.#at(index)
    this.#counters[index] = { ...counter, counting: change(counter.counting) }
    this.#drive(index)
  }

  /**
   * Sets the output line as it is at a clock, and the timer to the edge behind that: none is left out, as an
   * interrupt controller waits for each, and the pulse of mode 2 is shorter than an access to a port.
   */
  #drive(index: number, clock: number = this.#now): void {
    const line = this.#outputs[index]
    if (!line) return
    const { counting } = this.#at(index)
    line.set(outAt(counting, clock))
    const edge = nextEdge(counting, clock)
    const timer = this.#timers[index]
    if (edge === null) timer?.disarm()
    else timer?.arm(edge * ticksPerClock)
  }
}

const accessOf = ({ control }: Pick<SavedCounter, 'control'>) => (control >> 4) & 3

/** Modes 2 and 3 have two numbers each. */
const modes: readonly CounterMode[] = [0, 1, 2, 3, 4, 5, 2, 3]

function idle(counting: Counting, control: number): SavedCounter {
  return { counting, control, written: null, latched: [], status: null, readsHigh: false }
}

/** The bytes of a count that an access mode shows, low one first. */
function bytesOf(count: number, how: number): readonly number[] {
  const [low, high] = [count & 0xff, count >> 8]
  if (how === access.low) return [low]
  return how === access.high ? [high] : [low, high]
}
