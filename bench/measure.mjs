// Paired measurements: the candidates alternate within one run, so that a busy host is busy for all of them.

/**
 * Runs every candidate once for warming up, then `rounds` times in turn.
 * @param candidates name to an asynchronous function; what it answers is ignored, the time it takes counts.
 * @returns name to durations in milliseconds.
 */
export async function alternate(candidates, rounds) {
  const times = new Map(Object.keys(candidates).map((name) => [name, []]))
  for (let round = -1; round < rounds; round++) {
    for (const [name, run] of Object.entries(candidates)) {
      const start = performance.now()
      await run()
      if (round >= 0) times.get(name).push(performance.now() - start)
    }
  }
  return times
}

/** CPU seconds of all threads while `run` runs. */
export function cpuSeconds(run) {
  const before = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

export const geometricMean = (values) =>
  Math.exp(values.reduce((sum, one) => sum + Math.log(one), 0) / values.length)

export const minimum = (values) => Math.min(...values)

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
