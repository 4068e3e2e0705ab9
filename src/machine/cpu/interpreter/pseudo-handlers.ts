/** Cases of the switch that are no instruction: they cost nothing. */
export const pseudo = {
  /** Runs the slow handler. */
  slow: 0,
  /** The decoder stopped here: goes on wherever the page and the offset lead. */
  lookUp: 1,
  /** Goes on at `link`: the instruction had been decoded before. */
  follow: 2,
  /** Leaves in front of the next micro-op if it stands at the linear address `immediate`. */
  stop: 3,
  count: 4,
} as const
