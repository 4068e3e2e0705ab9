// A worker whose machine meets, on `run`, the trouble that the plan's `image` names. No kernel can make these
// happen.
import { serveMachine } from '../../dist/src/pool/serve-machine.js'

const screen = {
  kind: 'text',
  columns: 2,
  rows: 1,
  codes: Uint8Array.of(72, 105),
  attributes: Uint8Array.of(7, 7),
  cursor: null,
  blinks: true,
}
const at = { instructions: null, ns: 5n }

export async function runMachine(task) {
  await serveMachine({ open: (plan, sink, signal) => open(plan.provenance.image, sink, signal) }, task)
}

async function open(trouble, sink, signal) {
  const print = (text) => sink({ kind: 'output', port: 'com1', bytes: new TextEncoder().encode(text), at })
  if (trouble === 'refuses') throw new Error('no such machine')
  if (trouble === 'opens slowly') await new Promise((resolve) => signal.addEventListener('abort', resolve))
  let finish = () => {}
  return {
    capabilities: new Set(),
    screen: async () => screen,
    run: async () => {
      print('before\n')
      // What the real worker replaces when it is loaded.
      if (trouble === 'process.exit in our worker') await import('../../dist/src/pool/worker.js')
      if (trouble.startsWith('process.exit')) process.exit(3)
      if (trouble === 'crash') setTimeout(() => crash(), 1)
      if (trouble === 'spin') for (;;);
      if (trouble === 'flood') for (let i = 0; i < 1000; i++) print(`line ${i}\n`)
      const stop = { why: 'end', at, ending: { kind: 'exit', port: 0xf4, value: 16, status: 33, at } }
      if (trouble === 'flood' || trouble === 'none') return stop
      return new Promise((resolve) => {
        finish = () => resolve(stop)
      })
    },
    close: async () => {
      finish()
      if (trouble === 'never closes') await new Promise(() => {})
      return { ending: null, screen, registers: null, engineLog: 'closed' }
    },
  }
}

function crash() {
  throw new Error('the engine has a mistake')
}
