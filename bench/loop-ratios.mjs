// `before.mjs` starts it: two checkouts as URLs, then kernels. It prints, for each kernel, the first's time
// over the second's.
import { machineOf, warmUp } from './machine.mjs'
import { median } from './measure.mjs'

/** Units of a slice: some 15 ms, short against the minutes in which a host's clock and neighbours change. */
const slice = 5_000_000
const pairs = 40

const [, , first, second, ...images] = process.argv
const both = [await machineOf(first), await machineOf(second)]
for (const one of both) warmUp(one, images[0])
console.log(JSON.stringify(images.map(ratio)))

/** Slices of both machines in turn, and who begins in turn: the median of the pairs' ratios. */
function ratio(image) {
  for (const one of both) {
    one.start(image)
    for (let round = 0; round < 3; round++) one.machine.run(slice)
  }
  const ratios = Array.from({ length: pairs }, (_, round) => {
    const times = [0, 0]
    for (const which of round % 2 === 0 ? [0, 1] : [1, 0]) times[which] = sliceTime(both[which])
    return times[0] / times[1]
  })
  return median(ratios)
}

function sliceTime({ machine }) {
  const start = performance.now()
  machine.run(slice)
  return performance.now() - start
}
