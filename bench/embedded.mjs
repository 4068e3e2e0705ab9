// The embedded engine on the smallest kernel: in a warm thread, and as the first boot of a cold one.
import { fileURLToPath } from 'node:url'
import { embeddedEngine } from '../dist/src/engines/embedded/engine.js'
import { MachinePool } from '../dist/src/pool/machine-pool.js'
import { planOf } from './plan.mjs'

const warmUp = 300
const warmRounds = 3000
const coldRounds = 11

const plan = planOf(fileURLToPath(new URL('../examples/hello-serial/hello-serial.elf', import.meta.url)))

/** Seconds from the plan to the verdict in this thread, the reset of the machine before included. */
export async function warmCore() {
  const open = () => embeddedEngine.open(plan, () => {}, new AbortController().signal)
  const times = []
  for (let round = 0; round < warmUp + warmRounds; round++) times.push((await boot(open)).wall)
  return times.slice(warmUp)
}

/** Seconds to the first verdict in a process that has loaded kerneltest and has no worker yet. */
export async function coldWorker() {
  const times = []
  for (let round = 0; round < coldRounds; round++) {
    const pool = new MachinePool({ threads: 1, whenFull: 'wait' })
    times.push(await boot(() => pool.open({ engine: 'embedded', plan, sink: () => {} })))
    await pool.close()
  }
  return times
}

/** Wall time, and CPU time of all threads. */
async function boot(open) {
  const before = process.cpuUsage()
  const start = performance.now()
  const machine = await open()
  const stop = await machine.run({ deadlineNs: 30_000_000_000n, any: [] })
  await machine.close()
  const wall = (performance.now() - start) / 1e3
  const { user, system } = process.cpuUsage(before)
  if (stop.why !== 'end' || stop.ending.kind !== 'exit') throw new Error(`it ended otherwise: ${stop.why}`)
  return { wall, cpu: (user + system) / 1e6 }
}
