// A process or a thread that holds a running machine, from the built package: started and ended by
// watcher.test.ts.
import { parentPort } from 'node:worker_threads'
import { qemuEngine } from '../../../dist/src/engines/qemu/engine.js'

const own = async (plan) => {
  const told = (event) => {
    if (event.kind === 'output') tell(Buffer.from(event.bytes).toString('latin1'))
  }
  const machine = await qemuEngine.open(plan, told, new AbortController().signal)
  await machine.run({ deadlineNs: 60_000_000_000n, any: [] })
}

const tell = (text) => (parentPort ? parentPort.postMessage(text) : process.send(text))

const other = parentPort ?? process
other.once('message', own)

// What a terminal sends to the whole process group.
process.on('SIGINT', () => {})
