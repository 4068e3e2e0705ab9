// `before.mjs` starts it: two checkouts as URLs, a kernel to become warm with, then those to measure. It
// prints, for each of them, the first's time over the second's.
import { machineOf, warmUp } from './machine.mjs'
import { median } from './measure.mjs'

/** In milliseconds: short against the minutes in which a host's clock and neighbours change. */
const sliceMs = 15
const pairs = 40

const [, , first, second, warm, ...images] = process.argv
const both = [await machineOf(first), await machineOf(second)]
for (const one of both) warmUp(one, warm)
console.log(JSON.stringify(images.map(ratio)))

/** Slices of both machines in turn, and who begins in turn: the median of the pairs' ratios. */
function ratio(image) {
  for (const one of both) one.start(image)
  const units = unitsOfSlice()
  const ratios = Array.from({ length: pairs }, (_, round) => {
    const times = [0, 0]
    for (const which of round % 2 === 0 ? [0, 1] : [1, 0]) times[which] = timeOf(both[which], units)
    return times[0] / times[1]
  })
  return median(ratios)
}

/** The same for both machines, and by what they run: an event takes as long as dozens of others. */
function unitsOfSlice() {
  let units = 100_000
  for (;;) {
    const longest = Math.max(...both.map((one) => timeOf(one, units)))
    if (longest >= sliceMs) return units
    units *= 2
  }
}

function timeOf({ machine }, units) {
  const start = performance.now()
  machine.run(units)
  return performance.now() - start
}
