// `npm run bench [-- processor|pc|boot|images] [--write]`: prints, and writes docs/benchmarks.md if asked to.
import { hello, helloRounds } from './hello.mjs'
import { imageCount, manyImages } from './many-images.mjs'
import { median, minimum } from './measure.mjs'
import { host, table, write } from './page.mjs'
import { pc, pairs as pcPairs } from './pc.mjs'
import { pairs, processor } from './processor.mjs'

const milliseconds = (value) => `${value.toFixed(value < 10 ? 2 : 1)} ms`
const ratio = (value) => `${value.toFixed(2)} ×`
const start = performance.now()
const tell = (line) => process.stderr.write(`${((performance.now() - start) / 1000).toFixed(0)} s  ${line}\n`)

const both = (name, times) => [name, milliseconds(minimum(times)), milliseconds(median(times))]

async function processorSection() {
  return `CPU time of all threads, medians of ${pairs} pairs of runs: QEMU and our machine in turn, the same kernels
([\`bench/kernels\`](../bench/kernels)). \`holds\` says what is reached. Boots are not compared with anything, and a busy host
makes them up to twice as long: of several series the quietest counts, a worker that does nothing shows how quick the
host was. A cold worker begins with what V8 compiled in an earlier run, which is in \`node_modules/.cache\`; the first
boot after an installation has none.

${await processor(tell)}`
}

async function pcSection() {
  return `Wall time on machines that are warm, the shortest of ${pcPairs} pairs of runs: QEMU's process and our machine in turn, from
power-on, the same images. Beside the core before the PC runs every kernel of the processor's bench: both builds in one
process, slices of each in turn, the time now over the time then.

${await pc(tell)}`
}

async function bootSection() {
  const times = await hello()
  const rows = [...times].map(([name, each]) => both(name, each))
  const ratios = [minimum, median].map((of) =>
    ratio(of(times.get('kerneltest')) / of(times.get('bare QEMU'))),
  )
  return `The smallest kernel, from the call to the verdict, ${helloRounds} rounds: a QEMU process as a shell script starts it, against
\`boot\` and \`end\` in a process whose pool is warm.

${table(['hello-serial, boot to verdict', 'minimum', 'median'], [...rows, ['ratio', ...ratios]])}`
}

async function imagesSection() {
  const times = await manyImages()
  const net = (of) => of(times.get('kernelProject')) - of(times.get('empty project'))
  const ratios = [minimum, median].map((of) => ratio(net(of) / of(times.get('shell loop'))))
  const rows = [...times].map(([name, each]) => both(name, each))
  const last = ['(kernelProject − empty project) / shell loop', ...ratios]
  return `\`vitest run\` on a \`kernelProject()\` of ${imageCount} images, against \`xargs\` with as many processes in parallel. The same run
on a project without images shows what Vitest itself takes to start.

${table([`${imageCount} images`, 'minimum', 'median'], [...rows, last])}`
}

const sections = {
  processor: ['The embedded engine', processorSection],
  pc: ['The PC of the embedded engine', pcSection],
  boot: ['One boot', bootSection],
  images: ['Many images as test files', imagesSection],
}

const words = process.argv.slice(2).filter((word) => word !== '--write')
const unknown = words.find((word) => !(word in sections))
if (unknown) throw new Error(`There is no ${unknown}; there is: ${Object.keys(sections).join(', ')}`)
const chosen = Object.entries(sections).filter(([name]) => words.length === 0 || words.includes(name))
const measured = new Map()
for (const [name, [title, measure]] of chosen) {
  tell(name)
  measured.set(title, await measure())
  console.log(`## ${title}\n\n${measured.get(title)}\n`)
}
console.log(host())
if (process.argv.includes('--write')) write(measured)
