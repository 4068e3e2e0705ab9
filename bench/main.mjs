// `npm run bench`: measures, prints, and writes the tables of docs/benchmarks.md.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { coldRounds, coldWorker, warmCore, warmRounds } from './embedded.mjs'
import { hello, helloRounds } from './hello.mjs'
import { imageCount, manyImages } from './many-images.mjs'
import { median, minimum } from './measure.mjs'

const page = new URL('../docs/benchmarks.md', import.meta.url)

const host = [
  `${cpus().length} × ${cpus()[0].model.trim()}`,
  `${Math.round(totalmem() / 2 ** 30)} GiB`,
  `${type()} ${release()}`,
  `Node ${process.version}`,
  execFileSync('qemu-system-x86_64', ['--version'], { encoding: 'utf8' }).split('\n')[0],
].join(', ')

const milliseconds = (value) => `${value.toFixed(value < 10 ? 2 : 1)} ms`
const ratio = (value) => `${value.toFixed(2)} ×`

const once = await hello()
const onceTable = table(
  ['hello-serial, boot to verdict', 'minimum', 'median'],
  [...once].map(([name, times]) => [name, milliseconds(minimum(times)), milliseconds(median(times))]),
  ['ratio', ...[minimum, median].map((of) => ratio(of(once.get('kerneltest')) / of(once.get('bare QEMU'))))],
)

const embedded = [
  [`in a warm thread, core only, reset included (${warmRounds} rounds)`, await warmCore()],
  [`first boot in a cold worker (${coldRounds} rounds)`, await coldWorker()],
]
const embeddedTable = table(
  ['hello-serial on the embedded engine', 'minimum', 'median'],
  embedded.map(([name, times]) => [name, milliseconds(minimum(times)), milliseconds(median(times))]),
)

const many = await manyImages()
const net = (of) => of(many.get('kernelProject')) - of(many.get('empty project'))
const manyTable = table(
  [`${imageCount} images`, 'minimum', 'median'],
  [...many].map(([name, times]) => [name, milliseconds(minimum(times)), milliseconds(median(times))]),
  ['(kernelProject − empty project) / shell loop', ...ratios()],
)

function ratios() {
  return [minimum, median].map((of) => ratio(net(of) / of(many.get('shell loop'))))
}

function table(head, rows, ...last) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'))
  return [line(head), line(rule), ...[...rows, ...last].map(line)].join('\n')
}

const text = `# Benchmarks

Written by \`npm run bench\`; do not edit. Candidates alternate within one run. On a shared host medians swing with its
load: judge by the minima.

Host: ${host}.

## One boot

The smallest kernel, from the call to the verdict, ${helloRounds} rounds: a QEMU process as a shell script starts it, against
\`boot\` and \`end\` in a process whose pool is warm.

${onceTable}

${embeddedTable}

## Many images as test files

\`vitest run\` on a \`kernelProject()\` of ${imageCount} images, against \`xargs\` with as many processes in parallel. The same run
on a project without images shows what Vitest itself takes to start.

${manyTable}
`
writeFileSync(page, text)
console.log(`${host}\n\n${onceTable}\n\n${embeddedTable}\n\n${manyTable}`)
