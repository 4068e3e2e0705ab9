// The embedded engine on the smallest kernel: in a warm thread, and as the first boot of a cold one.
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { embeddedEngine } from '../dist/src/engines/embedded/engine.js'
import { MachinePool } from '../dist/src/pool/machine-pool.js'
import { median, minimum } from './measure.mjs'
import { planOf } from './plan.mjs'

/** Boots until V8 has optimised what each of them calls once. */
const warmUp = 2000
const warm = { series: 10, boots: 300 }
const cold = { series: 5, boots: 9 }

const plan = planOf(fileURLToPath(new URL('../examples/hello-serial/hello-serial.elf', import.meta.url)))
const compiled = fileURLToPath(new URL('../node_modules/.cache/kerneltest', import.meta.url))
const nothing = "require('node:worker_threads').parentPort.postMessage('ready')"

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

/**
 * Seconds to the first verdict in a process that has loaded kerneltest and has no worker yet, with what V8
 * compiled in an earlier run and `without`; and what a worker takes that does `nothing`. In turn; medians of
 * the quietest series of each.
 */
export async function coldWorkers() {
  const kinds = { with: firstBoot, without: firstBootEver, nothing: emptyWorker }
  await firstBoot()
  const medians = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, { cpu: [], wall: [] }]))
  for (let series = 0; series < cold.series; series++) {
    const times = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []]))
    for (let round = 0; round < cold.boots; round++) {
      for (const [kind, run] of Object.entries(kinds)) times[kind].push(await run())
    }
    for (const [kind, each] of Object.entries(times)) {
      for (const what of ['cpu', 'wall']) medians[kind][what].push(median(each.map((one) => one[what])))
    }
  }
  return Object.fromEntries(
    Object.entries(medians).map(([kind, { cpu, wall }]) => [
      kind,
      { cpu: minimum(cpu), wall: minimum(wall) },
    ]),
  )
}

async function firstBoot() {
  const pool = new MachinePool({ threads: 1, whenFull: 'wait' })
  const times = await boot(() => pool.open({ engine: 'embedded', plan, sink: () => {} }))
  await pool.close()
  return times
}

/** It leaves behind what the next one begins with. */
function firstBootEver() {
  rmSync(compiled, { recursive: true, force: true })
  return firstBoot()
}

async function emptyWorker() {
  const stop = stopwatch()
  const worker = new Worker(nothing, { eval: true })
  await new Promise((resolve) => worker.once('message', resolve))
  const times = stop()
  await worker.terminate()
  return times
}

async function boot(open) {
  const stop = stopwatch()
  const machine = await open()
  const end = await machine.run({ deadlineNs: 30_000_000_000n, any: [] })
  await machine.close()
  const times = stop()
  if (end.why !== 'end' || end.ending.kind !== 'exit') throw new Error(`it ended otherwise: ${end.why}`)
  return times
}

/** Begins; its function answers the seconds since, of the wall clock and of the CPU in all threads. */
function stopwatch() {
  const before = process.cpuUsage()
  const start = performance.now()
  return () => {
    const wall = (performance.now() - start) / 1e3
    const { user, system } = process.cpuUsage(before)
    return { wall, cpu: (user + system) / 1e6 }
  }
}
