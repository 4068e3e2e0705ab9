// One boot of the smallest kernel, by whatever opens a machine.
import { fileURLToPath } from 'node:url'
import { planOf } from './plan.mjs'

export const plan = planOf(
  fileURLToPath(new URL('../examples/hello-serial/hello-serial.elf', import.meta.url)),
)

/** Seconds of wall time and of CPU time, from `open` to the machine that is closed. */
export async function boot(open) {
  const stop = stopwatch()
  const machine = await open()
  const end = await machine.run({ deadlineNs: 30_000_000_000n, any: [] })
  await machine.close()
  const times = stop()
  if (end.why !== 'end' || end.ending.kind !== 'exit') throw new Error(`it ended otherwise: ${end.why}`)
  return times
}

/** Begins; its function answers the seconds since, of the wall clock and of the CPU in all threads. */
export function stopwatch() {
  const before = process.cpuUsage()
  const start = performance.now()
  return () => {
    const wall = (performance.now() - start) / 1e3
    const { user, system } = process.cpuUsage(before)
    return { wall, cpu: (user + system) / 1e6 }
  }
}
