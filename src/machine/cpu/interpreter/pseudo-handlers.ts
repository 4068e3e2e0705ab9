/** Cases of the switch that are no instruction: they cost nothing. */
export const pseudo = {
  /** Runs the slow handler. */
  slow: 0,
  /** The decoder stopped here: goes on wherever the page and the offset lead. */
  lookUp: 1,
  /** Goes on at `link`: the instruction had been decoded before. */
  follow: 2,
  count: 3,
} as const
