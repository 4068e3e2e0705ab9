/**
 * One counter of an 8254 as a formula of time: nothing is done a clock. Times are clocks of the counter's CLK
 * input (1.193182 MHz in a PC) since power-on. Source: Intel 8254 data sheet (231164), Mode Definitions.
 */

/** The counter's mode, 0 to 5: a control word's 6 and 7 are 2 and 3. */
export type CounterMode = 0 | 1 | 2 | 3 | 4 | 5

/** All of a counter but what a program has latched. Plain data: it is what is saved. */
export interface Counting {
  readonly mode: CounterMode
  readonly bcd: boolean
  /**
   * Clocks in a period, 1 to 65,536 (10,000 in BCD); null: no count has been written since the control
   * word.
   */
  readonly period: number | null
  /** Clocks done since the count was loaded, at `since`. */
  readonly done: number
  /** When `done` was true and counting goes on; null: the gate or a missing trigger holds the counter. */
  readonly since: number | null
  /** A count that replaces the period at the end of what is under way; null `at`: at the next trigger. */
  readonly next: { readonly period: number; readonly at: number | null } | null
  readonly gate: boolean
}

/** As a control word leaves it: waits for a count. */
export function programmed(mode: CounterMode, bcd: boolean, gate: boolean): Counting {
  return { mode, bcd, period: null, done: 0, since: null, next: null, gate }
}

/**
 * A count that the guest wrote takes effect: at the next clock, the end of the period, or the next trigger.
 */
export function withCount(counting: Counting, written: number, now: number): Counting {
  const before = settled(counting, now)
  const period = periodOf(written, before.bcd)
  if (isTriggered(before.mode)) {
    return before.period === null
      ? { ...before, period, done: period, next: { period, at: null } }
      : { ...before, next: { period, at: null } }
  }
  const goesOn = isPeriodic(before.mode) && before.since !== null && before.since <= now
  if (!goesOn) return loaded(before, period, now)
  return { ...before, next: { period, at: nextBoundary(before, now) } }
}

/** In mode 0 the first of two bytes stops the count where it is, and takes OUT down. */
export function withHalfCount(counting: Counting, now: number): Counting {
  const before = settled(counting, now)
  if (before.mode !== 0 || before.period === null) return before
  const values = valuesOf(before)
  const left = (before.period - elapsed(before, now)) % values
  return { ...before, period: left > 0 ? left : left + values, done: 0, since: null }
}

/** The gate's level; a rising edge triggers modes 1, 2, 3 and 5. */
export function withGate(counting: Counting, gate: boolean, now: number): Counting {
  const before = settled(counting, now)
  if (before.gate === gate || before.period === null) return { ...before, gate }
  if (gate && (isTriggered(before.mode) || isPeriodic(before.mode))) {
    return loaded({ ...before, gate }, before.next?.period ?? before.period, now)
  }
  if (isTriggered(before.mode)) return { ...before, gate }
  return gate ? { ...before, gate, since: now } : { ...before, gate, done: elapsed(before, now), since: null }
}

/** The 16 bits that a read gives. */
export function countAt(counting: Counting, now: number): number {
  const current = settled(counting, now)
  const { mode, bcd, period } = current
  if (period === null) return 0
  const done = elapsed(current, now)
  const values = valuesOf(current)
  const count = isPeriodic(mode) ? periodicCount(mode, period, done % period) : period - done
  const value = ((count % values) + values) % values
  return bcd ? toBcd(value) : value
}

/** The level of OUT. */
export function outAt(counting: Counting, now: number): boolean {
  const current = settled(counting, now)
  const { mode, period, gate } = current
  if (period === null) return mode !== 0
  const done = elapsed(current, now)
  switch (mode) {
    case 0:
    case 1:
      return done >= period
    case 2:
      return !gate || done % period !== period - 1
    case 3:
      return !gate || done % period < highClocks(period)
    default:
      return done !== period || current.since === null
  }
}

/** True until the count that was written last has been loaded. */
export function isNullCount(counting: Counting, now: number): boolean {
  const { period, next, since } = settled(counting, now)
  return period === null || next !== null || (since !== null && since > now)
}

/** The first clock after `now` at which OUT may change; null: it stays as it is. */
export function nextEdge(counting: Counting, now: number): number | null {
  const current = settled(counting, now)
  const { mode, period, since } = current
  if (period === null || since === null) return null
  const start = since - current.done
  if (isPeriodic(mode)) {
    const done = Math.max(now - start, 0)
    const phase = done % period
    const turn = mode === 2 ? period - 1 : highClocks(period)
    return start + done - phase + (phase < turn ? turn : period)
  }
  const ends = mode === 4 || mode === 5 ? [period, period + 1] : [period]
  return ends.map((clocks) => start + clocks).find((clock) => clock > now) ?? null
}

/** Takes in the count that waited for a moment that has come. */
function settled(counting: Counting, now: number): Counting {
  const { next, mode } = counting
  if (next?.at == null || now < next.at) return counting
  const wasHalf = mode === 3 && !isPeriodStart(counting, next.at)
  return {
    ...counting,
    period: next.period,
    done: wasHalf ? highClocks(next.period) : 0,
    since: next.at,
    next: null,
  }
}

function isPeriodStart({ period, since, done }: Counting, at: number): boolean {
  return period === null || since === null || (at - since + done) % period === 0
}

/** Loads at the next clock; where the gate or a trigger is awaited, when that comes. */
function loaded(counting: Counting, period: number, now: number): Counting {
  const runs = counting.gate || isTriggered(counting.mode)
  return { ...counting, period, done: 0, since: runs ? now + 1 : null, next: null }
}

/** Where a count that is written into a running period is taken over: mode 3 does it in its middle too. */
function nextBoundary({ mode, period, since, done }: Counting, now: number): number {
  if (period === null || since === null) return now + 1
  const start = since - done
  const phase = (now - start) % period
  const half = highClocks(period)
  return now - phase + (mode === 3 && phase < half ? half : period)
}

function elapsed({ since, done }: Pick<Counting, 'since' | 'done'>, now: number): number {
  return since === null ? done : done + Math.max(now - since, 0)
}

function periodicCount(mode: CounterMode, period: number, phase: number): number {
  if (mode === 2) return period - phase
  const high = highClocks(period)
  const first = period - (period % 2)
  return first - 2 * (phase < high ? phase : phase - high)
}

const highClocks = (period: number) => Math.ceil(period / 2)
const isPeriodic = (mode: CounterMode) => mode === 2 || mode === 3
const isTriggered = (mode: CounterMode) => mode === 1 || mode === 5

const valuesOf = ({ bcd }: Pick<Counting, 'bcd'>) => (bcd ? 10_000 : 65_536)

function periodOf(written: number, bcd: boolean): number {
  return (bcd ? fromBcd(written) : written) || valuesOf({ bcd })
}

function fromBcd(value: number): number {
  return [12, 8, 4, 0].reduce((sum, shift) => sum * 10 + ((value >> shift) & 15), 0)
}

function toBcd(value: number): number {
  return [1000, 100, 10, 1].reduce((sum, unit) => sum * 16 + (Math.floor(value / unit) % 10), 0)
}
