// `node test/machine/fuzz/main.mjs [--programs 2000000] [--seed 'kerneltest 1'] [--from 0] [--jobs N]
// [--node path]`
// Runs random guests in processes of their own and prints what became of them; --totals writes that as JSON.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
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
    jobs: { type: 'string', default: String(availableParallelism()) },
    node: { type: 'string', default: process.execPath },
    totals: { type: 'string' },
  },
})
const from = Number(values.from)
let end = from + Number(values.programs)
const share = 500
const silentMs = 120_000
const reportMs = 30_000

// What has been handed out is finished, and counts.
process.once('SIGINT', () => {
  end = 0
})

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-fuzz-'))
const started = performance.now()
async function main() {
  await bundle()
  const { addTotals, emptyTotals, report } = await import(pathToFileURL(join(folder, 'report.js')).href)
  const sum = emptyTotals()
  let next = from
  let reported = started
  const add = (part) => {
    addTotals(sum, part)
    for (const failure of part.failures) process.stderr.write(`${failure}\n`)
    if (performance.now() - reported < reportMs) return
    reported = performance.now()
    process.stderr.write(`${sum.programs} programs, ${sum.units} units, ${sum.failures.length} failures\n`)
  }
  const job = async () => {
    const worker = new Worker()
    while (next < end) {
      const first = next
      next = Math.min(next + share, end)
      const last = next
      const totals = await worker.ask(first, last)
      if (totals) add(totals)
      else for (let at = first; at < last; at++) add((await worker.ask(at, at + 1)) ?? killed(at))
    }
    worker.end()
  }
  const killed = (number) => {
    const failures = [`program ${number} killed its process, or ran for too long`]
    return { ...emptyTotals(), programs: 1, failures }
  }
  await Promise.all(Array.from({ length: Number(values.jobs) }, job))
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

/** A process that runs programs, begun anew when one of them ends it. */
class Worker {
  #child = null

  /** Totals of the programs from `first` to before `last`, or null where the process did not survive them. */
  ask(first, last) {
    return new Promise((resolve) => {
      this.#child ??= this.#start()
      const child = this.#child
      const timer = setTimeout(() => child.kill('SIGKILL'), silentMs)
      const settle = (totals) => {
        clearTimeout(timer)
        child.removeAllListeners('close')
        child.lines.removeAllListeners('line')
        if (!totals) this.#child = null
        resolve(totals)
      }
      child.once('close', () => settle(null))
      child.lines.once('line', (line) => settle(JSON.parse(line)))
      child.stdin.write(`${first} ${last}\n`)
    })
  }

  end() {
    this.#child?.stdin.end()
  }

  #start() {
    const child = spawn(values.node, [join(folder, 'worker.js'), values.seed], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    child.stdin.on('error', () => {})
    child.lines = createInterface({ input: child.stdout })
    return child
  }
}

try {
  process.exitCode = await main()
} finally {
  rmSync(folder, { recursive: true })
}
