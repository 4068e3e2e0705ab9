// `npm run bench`: measures, prints, and writes the tables of docs/benchmarks.md.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
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

const milliseconds = (value) => `${value.toFixed(1)} ms`
const ratio = (value) => `${value.toFixed(2)} ×`

const once = await hello()
const onceTable = table(
  ['hello-serial, boot to verdict', 'minimum', 'median'],
  [...once].map(([name, times]) => [name, milliseconds(minimum(times)), milliseconds(median(times))]),
  ['ratio', ...[minimum, median].map((of) => ratio(of(once.get('kerneltest')) / of(once.get('bare QEMU'))))],
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

function table(head, rows, last) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'))
  return [line(head), line(rule), ...rows.map(line), line(last)].join('\n')
}

const text = `# Benchmarks

Written by \`npm run bench\`; do not edit. Candidates alternate within one run. On a shared host medians swing with its
load: judge by the minima.

Host: ${host}.

## One boot

The smallest kernel, from the call to the verdict, ${helloRounds} rounds: a QEMU process as a shell script starts it, against
\`boot\` and \`end\` in a process whose pool is warm.

${onceTable}

## Many images as test files

\`vitest run\` on a \`kernelProject()\` of ${imageCount} images, against \`xargs\` with as many processes in parallel. The same run
on a project without images shows what Vitest itself takes to start.

${manyTable}
`
writeFileSync(page, text)
console.log(`${host}\n\n${onceTable}\n\n${manyTable}`)
