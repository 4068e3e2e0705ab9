// `before.mjs` starts it: a checkout as a URL, then kernels. It prints CPU seconds of each.
import { machineOf, warmUp } from './machine.mjs'
import { cpuSeconds } from './measure.mjs'

const [, , folder, ...images] = process.argv
const units = 150_000_000
const slice = 5_000_000
const one = await machineOf(folder)
warmUp(one, images[0])
const seconds = images.map((image) => {
  one.start(image)
  one.machine.run(slice)
  return cpuSeconds(() => {
    while (one.machine.units < units) one.machine.run(slice)
  })
})
console.log(JSON.stringify(seconds))
