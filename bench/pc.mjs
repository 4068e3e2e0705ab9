// The speed that the PC around the processor has to have: firmware, disks, screen, a machine that waits.
import { execFileSync } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { embeddedEngine } from '../dist/src/engines/embedded/engine.js'
import { qemuEngine } from '../dist/src/engines/qemu/engine.js'
import { MachinePool } from '../dist/src/pool/machine-pool.js'
import { timesBefore } from './before.mjs'
import { integerLoops, kernel } from './kernels.mjs'
import { minimum } from './measure.mjs'
import { table } from './page.mjs'
import { planOf } from './plan.mjs'
import { heads, megabytes, milliseconds, rate, row, seconds, timesQemu } from './rows.mjs'

export const pairs = 3
/** Of what takes milliseconds. */
const shortPairs = 15
const hourNs = 3_600_000_000_000n
const minuteNs = 60_000_000_000n
/** What `int13` reads at once, as its packet says. */
const bytesOfRead = 127 * 512
const reads = 4000
const characters = 1_000_000
/** The last commit without firmware and chips. */
const beforeThePc = '5ebb8f5'
/** What the bench of the processor runs. */
const ofTheProcessor = {
  'integer loops': integerLoops,
  'random access': ['random_small', 'random_large'],
  'vectors and x87': ['copy', 'packed', 'fractions', 'whole', 'fractions_387', 'save_restore'],
  events: ['fault', 'syscall_sysret', 'switch_context'],
  'real mode': ['interrupts', 'beside', 'modify'],
}

const shows = (pattern) => [{ on: 'screen', pattern: { pattern }, shown: true }]

/** Seconds from power-on to `why`: a condition, the guest's exit, or the deadline. */
async function run(engine, plan, why, any = [], deadlineNs = minuteNs) {
  const start = performance.now()
  const machine = await engine.open(plan, () => {}, new AbortController().signal)
  const stop = await machine.run({ deadlineNs, any })
  const time = (performance.now() - start) / 1e3
  await machine.close()
  if (stop.why !== why) throw new Error(`${plan.provenance.image}: ${stop.why} instead of ${why}`)
  return time
}

/** The shortest times of both engines, in turn. */
async function compare(image, why, any = [], rounds = pairs) {
  const plan = planOf(image)
  const times = { ours: [], qemu: [] }
  for (let round = 0; round < rounds; round++) {
    times.ours.push(await run(embeddedEngine, plan, why, any))
    times.qemu.push(await run(qemuEngine, plan, why, any))
  }
  return { ours: minimum(times.ours), qemu: minimum(times.qemu) }
}

/** A CD with GRUB that stays in its menu. */
function grubCd(folder) {
  const grub = join(folder, 'root', 'boot', 'grub')
  mkdirSync(grub, { recursive: true })
  writeFileSync(join(grub, 'grub.cfg'), 'set timeout=-1\nmenuentry "Stay" { halt }\n')
  const iso = join(folder, 'grub.iso')
  execFileSync('grub-mkrescue', ['-o', iso, join(folder, 'root')], { stdio: ['ignore', 'pipe', 'pipe'] })
  return iso
}

async function menuRow() {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-bench-'))
  try {
    const { ours, qemu } = await compare(grubCd(folder), 'condition', shows('Stay'))
    return row(`GRUB CD to its menu, ${seconds(ours)}`, timesQemu, 1, 3, qemu / ours)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function bootSectorRow() {
  const image = fileURLToPath(new URL('../examples/boot-sector/boot-sector.img', import.meta.url))
  const { ours, qemu } = await compare(image, 'condition', shows('HR'), shortPairs)
  return row(`boot-sector to \`HR\`, ${milliseconds(ours)}`, timesQemu, 10, 50, qemu / ours)
}

/** Our shortest time; QEMU takes minutes for some of this. */
async function ours(name, rounds, why, image = kernel(name, rounds)) {
  const plan = planOf(image)
  const times = []
  for (let round = 0; round < pairs; round++) times.push(await run(embeddedEngine, plan, why, [], hourNs))
  return minimum(times)
}

async function stormRow(metric, name) {
  return row(metric, seconds, null, null, await ours(name, characters, 'end'))
}

async function idleRow(metric, name) {
  return row(metric, seconds, 1, 0.5, await ours(name, 1, 'deadline'))
}

async function readRow() {
  const time = await ours('int13', reads, 'end')
  return row('int 13h 42h, 63.5 KiB at once, the same', rate, 100e6, 400e6, (reads * bytesOfRead) / time)
}

/** All of a disk of 254 MB that is no zeros, in a file that the host has in memory. */
async function readOnwardRow() {
  const path = kernel('int13_onward', reads)
  const block = randomFillSync(Buffer.alloc(bytesOfRead))
  for (let at = 0; at < reads; at++) appendFileSync(path, block)
  const time = await ours('int13_onward', reads, 'end', path)
  rmSync(path)
  return row('the same, one behind the other', rate, 100e6, 400e6, (reads * bytesOfRead) / time)
}

/** What a worker with a machine takes beside an empty one; the guest touches next to nothing. */
async function memoryRow() {
  const path = fileURLToPath(new URL('../examples/hello-serial/hello-serial.elf', import.meta.url))
  const plan = planOf(path)
  const pool = new MachinePool({ threads: 4, whenFull: 'wait' })
  const boot = async () => {
    const machine = await pool.open({ engine: 'embedded', plan, sink: () => {} })
    await machine.run({ deadlineNs: minuteNs, any: [] })
    return machine
  }
  const first = await boot()
  const before = process.memoryUsage().rss
  const others = await Promise.all([boot(), boot(), boot()])
  const bytes = (process.memoryUsage().rss - before) / others.length
  await Promise.all([first, ...others].map((machine) => machine.close()))
  await pool.close()
  return row('a worker with a machine, memory', megabytes, 40e6, 25e6, bytes)
}

/** The table. `tell` hears what is measured. */
export async function pc(tell) {
  const rows = []
  const add = async (made) => {
    rows.push(await made)
    tell(rows.at(-1)[0])
  }
  await add(memoryRow())
  await add(bootSectorRow())
  await add(menuRow())
  await add(readRow())
  await add(readOnwardRow())
  await add(idleRow('an idle hour: HLT and 18 ticks a second', 'idle'))
  await add(idleRow('an idle hour: int 16h waits for a key', 'key_wait'))
  await add(stormRow('a million characters by int 10h 0Eh', 'teletype'))
  await add(stormRow('a million characters by writes, and scrolling', 'direct'))
  for (const each of beforeRows()) await add(each)
  return table(heads, rows)
}

/** The slowest of each group, as a row. */
function beforeRows() {
  const ratios = timesBefore(Object.values(ofTheProcessor).flat(), beforeThePc)
  return Object.entries(ofTheProcessor).map(([group, names]) => {
    const worst = Math.max(...ratios.splice(0, names.length))
    const metric = `${group}, the slowest by the core before the PC`
    return row(metric, (value) => `${value.toFixed(2)} ×`, 1.05, 1, worst)
  })
}
