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
const end = from + Number(values.programs)
const share = 10_000
const silentMs = 120_000
const secondsPerReport = 30

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
  const worker = async () => {
    while (next < end) {
      const first = next
      next = Math.min(next + share, end)
      for (let at = first; at < next && at < first + share; )
        at = await run(at, Math.min(first + share, end), add)
    }
  }
  const add = (part) => {
    addTotals(sum, part)
    for (const failure of part.failures) process.stderr.write(`${failure}\n`)
    if (performance.now() - reported < 1000 * secondsPerReport) return
    reported = performance.now()
    process.stderr.write(`${sum.programs} programs, ${sum.units} units, ${sum.failures.length} failures\n`)
  }
  await Promise.all(Array.from({ length: Number(values.jobs) }, worker))
  const seconds = Math.round((performance.now() - started) / 1000)
  process.stdout.write(`${report(sum)}\n${seconds} s with ${values.jobs} processes of ${values.node}\n`)
  if (values.totals) writeFileSync(values.totals, JSON.stringify({ ...sum, seed: values.seed }))
  return sum.failures.length === 0 ? 0 : 1
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

/** Runs `first` to `last` in a process; answers where to go on: behind what killed it, if something did. */
function run(first, last, add) {
  return new Promise((resolve) => {
    const child = spawn(values.node, [join(folder, 'worker.js'), values.seed, String(first), String(last)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let at = first
    let timer
    const wait = () => {
      clearTimeout(timer)
      timer = setTimeout(() => child.kill('SIGKILL'), silentMs)
    }
    wait()
    createInterface({ input: child.stdout }).on('line', (line) => {
      wait()
      const { next: done, totals } = JSON.parse(line)
      at = done
      add(totals)
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      if (at < last) throw new Error(`the process for ${at} to ${last} ended: ${code ?? signal}`)
      resolve(at)
    })
  })
}
