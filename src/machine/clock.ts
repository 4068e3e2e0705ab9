/**
 * The clock that all others of a PC derive from: the crystal's 14.318180 MHz × 70, about 1.00227 GHz, at
 * which PIT, PM timer and HPET are whole fractions. One completed instruction takes one tick.
 */
export const ticksPerSecond = 14_318_180 * 70

/** 10^9 / {@link ticksPerSecond}, in lowest terms. */
const ratio = { ns: 5_000_000n, ticks: 5_011_363n } as const

/** Ticks in the fewest milliseconds that are a whole number of them: 5. */
const fiveMs = Number(ratio.ticks)

/** Nanoseconds since power-on, rounded down. */
export function nsAtTick(tick: number): bigint {
  return (BigInt(tick) * ratio.ns) / ratio.ticks
}

/** The first tick at or after `ns`; what is further away than 104 days is never reached. */
export function tickAtNs(ns: bigint): number {
  const tick = (ns * ratio.ticks + ratio.ns - 1n) / ratio.ns
  return Math.min(Number(tick), Number.MAX_SAFE_INTEGER)
}

/** The same in milliseconds, for those who look at the clock all the time: exact without a BigInt. */
export function msAtTick(tick: number): number {
  return Math.floor(tick / fiveMs) * 5 + Math.floor(((tick % fiveMs) * 5) / fiveMs)
}

/** The first tick at or after so many whole milliseconds. */
export function tickAtMs(ms: number): number {
  return Math.floor(ms / 5) * fiveMs + Math.ceil(((ms % 5) * fiveMs) / 5)
}

/** Time as a chip sees it. */
export interface Clock {
  /** Ticks since power-on. */
  readonly now: number
  /**
   * A timer, not armed. Its name is what its deadline is saved under: one of a kind in a machine. `expire`
   * hears the tick that it was armed for: an access that takes its time leads the guest past it.
   */
  timer(name: string, expire: (at: number) => void): Timer
}

/** A deadline. It is disarmed when `expire` is called. */
export interface Timer {
  /** The tick, or null while it is not armed. */
  readonly at: number | null
  /** Replaces an earlier deadline; one that has passed expires as soon as the guest is interrupted. */
  arm(at: number): void
  disarm(): void
}
