// First boots in worker threads, in this process, as JSON on standard output.
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { MachinePool } from '../dist/src/pool/machine-pool.js'
import { boot, plan, stopwatch } from './boot.mjs'
import { median, minimum } from './measure.mjs'

const cold = { series: 5, boots: 9 }
const compiled = fileURLToPath(new URL('../node_modules/.cache/kerneltest', import.meta.url))
const nothing = "require('node:worker_threads').parentPort.postMessage('ready')"

console.log(JSON.stringify(await coldWorkers()))

/**
 * Seconds to the first verdict in a process that has loaded kerneltest and has no worker yet, with what V8
 * compiled in an earlier run and `without`; and what a worker takes that does `nothing`. In turn; medians of
 * the quietest series of each.
 */
async function coldWorkers() {
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
