// The embedded engine on the smallest kernel: in a warm thread, and as the first boot of a cold one.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { embeddedEngine } from '../dist/src/engines/embedded/engine.js'
import { boot, plan } from './boot.mjs'
import { median, minimum } from './measure.mjs'

/** Boots until V8 has optimised what each of them calls once. */
const warmUp = 2000
const warm = { series: 10, boots: 300 }

/**
 * Seconds from the plan to the verdict in this thread, the reset of the machine before included: the median
 * of the quietest series.
 */
export async function warmCore() {
  const open = () => embeddedEngine.open(plan, () => {}, new AbortController().signal)
  for (let round = 0; round < warmUp; round++) await boot(open)
  const medians = []
  for (let series = 0; series < warm.series; series++) {
    const times = []
    for (let round = 0; round < warm.boots; round++) times.push((await boot(open)).wall)
    medians.push(median(times))
  }
  return minimum(medians)
}

/** What cold-workers.mjs measures: in a process of its own, since what others left behind counts too. */
export function coldWorkers() {
  const script = fileURLToPath(new URL('cold-workers.mjs', import.meta.url))
  return JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' }))
}
