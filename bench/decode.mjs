// What an instruction costs that has not been decoded yet, in a process that has decoded many.
import { kernel, start } from './kernels.mjs'
import { cpuSeconds, median } from './measure.mjs'

/** As kernels/straight.asm has them: instructions of a lap, their bytes. */
const lap = 400 * 12 + 2
const most = 0x1_0000
const laps = 20
const codeAt = 0x10_0000n

/** CPU seconds an instruction, decoding alone. */
export function decodeSeconds(rounds) {
  const machine = start(kernel('straight', 2 ** 31 - 1))
  machine.run(1000)
  const code = machine.memory.peek(codeAt, most)
  const forget = () => machine.memory.poke(codeAt, code)
  const run = () => machine.run(lap)
  const batch = (before) => {
    let seconds = 0
    for (let number = 0; number < laps; number++) {
      before()
      seconds += cpuSeconds(run)
    }
    return seconds / laps
  }
  batch(forget)
  const differences = Array.from({ length: rounds }, () => batch(forget) - batch(() => {}))
  return median(differences) / lap
}
