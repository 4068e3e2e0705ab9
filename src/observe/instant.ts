/**
 * A point in guest time, counted from power-on. `instructions` is null where the engine cannot count them
 * (QEMU).
 */
export interface Instant {
  readonly instructions: bigint | null
  /** Nanoseconds of guest time; on QEMU nanoseconds of wall time during which the guest was running. */
  readonly ns: bigint
}

export const powerOn: Instant = { instructions: null, ns: 0n }

export const nsPerMs = 1_000_000n
