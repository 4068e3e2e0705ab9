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

/** One counter with what programs have latched and half written. */
export interface SavedCounter {
  readonly counting: Counting
  readonly access: number
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
 * worked
 * out when somebody asks for its `level`.
 */
export class Pit implements SavedChip<SavedPit> {
  readonly #clock: Clock
  readonly #outputs: readonly (Line | null)[]
  readonly #timers: readonly Timer[]
  #counters: SavedCounter[] = []

  constructor(clock: Clock, outputs: readonly (Line | null)[]) {
    this.#clock = clock
    this.#outputs = outputs
    this.#timers = [0, 1, 2].map((index) => clock.timer(`pit.${index}`, () => this.#drive(index)))
    this.reset()
  }

  /** Undefined by the data sheet; here all count nothing. The gates of 0 and 1 are tied high. */
  reset(): void {
    this.#counters = [true, true, false].map((gate) => idle(programmed(3, false, gate), access.both))
    for (const index of this.#counters.keys()) this.#drive(index)
  }

  /** The level of a counter's OUT now. */
  level(index: number): boolean {
    return outAt(this.#at(index).counting, this.#now)
  }

  setGate(index: number, level: boolean): void {
    this.#count(index, (counting) => withGate(counting, level, this.#now))
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
    const how = (word >> 4) & 3
    if (how === counterLatch) {
      this.#latchCount(select)
      return
    }
    const mode = modes[(word >> 1) & 7] ?? 0
    const { gate } = this.#at(select).counting
    this.#counters[select] = idle(programmed(mode, (word & 1) !== 0, gate), how)
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
    this.#counters[index] = { ...counter, latched: bytesOf(count, counter.access) }
  }

  #latchStatus(index: number): void {
    const counter = this.#at(index)
    if (counter.status !== null) return
    const { mode, bcd } = counter.counting
    const out = this.level(index) ? 0x80 : 0
    const isNull = isNullCount(counter.counting, this.#now) ? 0x40 : 0
    const status = out | isNull | (counter.access << 4) | (mode << 1) | (bcd ? 1 : 0)
    this.#counters[index] = { ...counter, status }
  }

  #next(counter: SavedCounter): { readonly value: number; readonly after: SavedCounter } {
    if (counter.status !== null) return { value: counter.status, after: { ...counter, status: null } }
    const [first, ...rest] = counter.latched
    if (first !== undefined) return { value: first, after: { ...counter, latched: rest } }
    const bytes = bytesOf(countAt(counter.counting, this.#now), counter.access)
    const value = bytes[counter.readsHigh ? 1 : 0] ?? 0
    const readsHigh = counter.access === access.both && !counter.readsHigh
    return { value, after: { ...counter, readsHigh } }
  }

  #writeCount(index: number, value: number): void {
    const counter = this.#at(index)
    const now = this.#now
    if (counter.access === access.both && counter.written === null) {
      this.#counters[index] = { ...counter, written: value }
      this.#count(index, (counting) => withHalfCount(counting, now))
      return
    }
    const low = counter.access === access.high ? 0 : (counter.written ?? value)
    const high = counter.access === access.low ? 0 : value
    this.#counters[index] = { ...counter, written: null }
    this.#count(index, (counting) => withCount(counting, low | (high << 8), now))
  }

  #count(index: number, change: (counting: Counting) => Counting): void {
    const counter = this.#at(index)
    this.#counters[index] = { ...counter, counting: change(counter.counting) }
    this.#drive(index)
  }

  /** Sets the output line, and the timer to its next edge. */
  #drive(index: number): void {
    const line = this.#outputs[index]
    if (!line) return
    line.set(this.level(index))
    const edge = nextEdge(this.#at(index).counting, this.#now)
    const timer = this.#timers[index]
    if (edge === null) timer?.disarm()
    else timer?.arm(edge * ticksPerClock)
  }
}

/** Modes 2 and 3 have two numbers each. */
const modes: readonly CounterMode[] = [0, 1, 2, 3, 4, 5, 2, 3]

function idle(counting: Counting, how: number): SavedCounter {
  return { counting, access: how, written: null, latched: [], status: null, readsHigh: false }
}

/** The bytes of a count that an access mode shows, low one first. */
function bytesOf(count: number, how: number): readonly number[] {
  const [low, high] = [count & 0xff, count >> 8]
  if (how === access.low) return [low]
  return how === access.high ? [high] : [low, high]
}
