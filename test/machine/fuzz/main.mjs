// `node test/machine/fuzz/main.mjs [--programs 2000000] [--seed 'kerneltest 1'] [--from 0] [--jobs 2]
// [--node path]`
// Runs random guests in processes of their own and prints what became of them; --totals writes that as JSON.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'vite'

const { values } = parseArgs({
  options: {
    programs: { type: 'string', default: '2000000' },
    seed: { type: 'string', default: 'kerneltest 1' },
    from: { type: 'string', default: '0' },
    jobs: { type: 'string', default: '2' },
    node: { type: 'string', default: process.execPath },
    totals: { type: 'string' },
  },
})
const from = Number(values.from)
let end = from + Number(values.programs)
const share = 10_000
const batch = 500
const silentMs = 120_000
const secondsPerReport = 30

// What has been handed out is finished, and counts.
process.once('SIGINT', () => {
  end = 0
})

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-fuzz-'))
const started = performance.now()
try {
  process.exitCode = await main()
} finally {
  rmSync(folder, { recursive: true })
}

async function main() {
  await bundle()
  const { addTotals, emptyTotals, report } = await import(pathToFileURL(join(folder, 'report.js')).href)
  const sum = emptyTotals()
  let next = from
  let reported = started
  const add = (part) => {
    addTotals(sum, part)
    for (const failure of part.failures) process.stderr.write(`${failure}\n`)
    if (performance.now() - reported < 1000 * secondsPerReport) return
    reported = performance.now()
    process.stderr.write(`${sum.programs} programs, ${sum.units} units, ${sum.failures.length} failures\n`)
  }
  const job = async () => {
    while (next < end) {
      const first = next
      next = Math.min(next + share, end)
      await runShare(first, next, add, () => emptyTotals())
    }
  }
  await Promise.all(Array.from({ length: Number(values.jobs) }, job))
  const seconds = Math.round((performance.now() - started) / 1000)
  process.stdout.write(`${report(sum)}\n${seconds} s with ${values.jobs} processes of ${values.node}\n`)
  if (values.totals) writeFileSync(values.totals, JSON.stringify({ ...sum, seed: values.seed }))
  return sum.failures.length === 0 ? 0 : 1
}

/** Where a process dies, or is silent for too long, the program that does it is found and passed over. */
async function runShare(first, last, add, emptyTotals) {
  let at = await run(first, last, batch, add)
  while (at < last) {
    const culprit = await run(at, Math.min(at + batch, last), 1, add)
    if (culprit < Math.min(at + batch, last)) {
      const failures = [`program ${culprit} killed its process, or hung`]
      add({ ...emptyTotals(), programs: 1, failures })
      at = culprit + 1
    } else at = culprit
    at = await run(at, last, batch, add)
  }
}

async function bundle() {
  const source = (name) => fileURLToPath(new URL(`${name}.ts`, import.meta.url))
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: true,
      outDir: folder,
      minify: false,
      rollupOptions: { input: { worker: source('worker'), report: source('report') } },
    },
  })
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
}

/** Runs `first` to `last` in a process; answers how far it came. */
function run(first, last, size, add) {
  if (first === last) return first
  return new Promise((resolve) => {
    const parameters = [join(folder, 'worker.js'), values.seed, ...[first, last, size].map(String)]
    const child = spawn(values.node, parameters, { stdio: ['ignore', 'pipe', 'inherit'] })
    let at = first
    let timer
    const wait = () => {
      clearTimeout(timer)
      timer = setTimeout(() => child.kill('SIGKILL'), silentMs)
    }
    wait()
    createInterface({ input: child.stdout }).on('line', (line) => {
      wait()
      const { next, totals } = JSON.parse(line)
      at = next
      add(totals)
    })
    child.on('close', () => {
      clearTimeout(timer)
      resolve(at)
    })
  })
}
