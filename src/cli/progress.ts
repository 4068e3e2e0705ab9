import type { Ending } from '../observe/ending.ts'

/** When a person begins to wonder, and how often from then on; of the host's time, in milliseconds. */
const firstMs = 10_000
const againMs = 30_000

/**
 * Tells somebody who waits that the guest runs, and up to when. It goes by the host's clock, and nothing goes
 * by it: what a run comes to is the same on every host. Answers what ends it.
 */
export function tellProgress(limitNs: bigint, note: (text: string) => void): () => void {
  let passedMs = firstMs
  const tell = () => {
    note(
      `the guest still runs after ${seconds(passedMs)}; ${seconds(msOf(limitNs))} of its own time are its limit`,
    )
    passedMs += againMs
    timer = setTimeout(tell, againMs)
  }
  let timer = setTimeout(tell, firstMs)
  return () => clearTimeout(timer)
}

/** What to do about a limit that took long to come; null where it did not. `wallMs`: of the host's time. */
export function slowLimit(ending: Ending | null, wallMs: number): string | null {
  if (ending?.kind !== 'limit' || wallMs < firstMs || wallMs < 2 * msOf(ending.limitNs)) return null
  const took = `${seconds(msOf(ending.limitNs))} of guest time took ${seconds(wallMs)} here`
  return `${took}; a guest that is busy for ever is seen to be so by --limit 2s`
}

const msOf = (ns: bigint) => Number(ns) / 1e6

function seconds(ms: number): string {
  return `${ms < 9_950 ? Math.round(ms / 100) / 10 : Math.round(ms / 1000)} s`
}
