// One boot of the smallest kernel, from the call to the verdict.
import { fileURLToPath } from 'node:url'
import { boot } from '../dist/src/session/boot.js'
import { bareQemu } from './bare-qemu.mjs'
import { alternate } from './measure.mjs'

export const helloRounds = 60

const image = fileURLToPath(new URL('../examples/hello-serial/hello-serial.elf', import.meta.url))

/** Name to durations in milliseconds: `bare QEMU`, `kerneltest`, `kerneltest, embedded`. */
export function hello() {
  const candidates = {
    'bare QEMU': () => bareQemu(image),
    kerneltest: () => bootAndJudge('qemu'),
    'kerneltest, embedded': () => bootAndJudge('embedded'),
  }
  return alternate(candidates, helloRounds)
}

async function bootAndJudge(engine) {
  const vm = await boot(image, { engine })
  const ending = await vm.end()
  const text = vm.serial.lines.join('\n')
  await vm.close()
  if (ending.kind !== 'exit' || ending.value !== 0x10 || !text.startsWith('Hello')) {
    throw new Error(`hello-serial ended with ${ending.kind} and printed ${text}`)
  }
}
