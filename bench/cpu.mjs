// By hand, after `npm run build`: how many million instructions a second the interpreter does.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildCore } from '../dist/src/machine/cpu/interpreter/core.js'
import { Machine } from '../dist/src/machine/machine.js'
import { median } from './measure.mjs'

const loops = ['fnv', 'sieve', 'crc', 'fib']
const codeAt = 0x10_0000
const rounds = 1_000_000_000n
const warmUp = 60_000_000
const units = 100_000_000
const repetitions = 5

const source = fileURLToPath(new URL('loops.asm', import.meta.url))
const binary = join(mkdtempSync(join(tmpdir(), 'kerneltest-bench-')), 'loops.bin')
execFileSync('nasm', ['-f', 'bin', '-o', binary, source])
const code = readFileSync(binary)

/** 4 MiB mapped one to one in two large pages, as boot code would leave it. */
function machineAt(entry) {
  const machine = new Machine({ memoryMiB: 4, exit: null, serial: () => {} })
  const { ram } = machine.cpu
  const view = new DataView(ram.buffer, ram.byteOffset)
  view.setBigUint64(0x1000, 0x2003n, true)
  view.setBigUint64(0x2000, 0x3003n, true)
  view.setBigUint64(0x3000, 0x83n, true)
  view.setBigUint64(0x3008, 0x200083n, true)
  machine.cpu.poke(codeAt, code)
  const general = Array(16).fill(0n)
  general[1] = rounds
  general[4] = 0x20_0000n
  const control = { cr0: 0x8001_0011, cr3: 0x1000n, cr4: 0x20, efer: 0xd00, long: true }
  machine.cpu.registers = { general, rip: entry, rflags: 2, ...control }
  return machine
}

function millionsPerSecond(machine) {
  const before = process.cpuUsage()
  const stop = machine.run(units)
  const { user, system } = process.cpuUsage(before)
  if (stop.kind !== 'budget') throw new Error(`the loop ended: ${stop.kind}`)
  return units / (user + system)
}

const core = buildCore()
const hot = Object.entries(core.numbers.fast).map(([name, all]) => `${name} ${Object.keys(all).length}`)
console.log(`core: ${core.bytes.length} bytes, hot handlers: ${hot.join(', ')}`)
const results = loops.map((name, index) => {
  const machine = machineAt(code.readBigUInt64LE(8 * index))
  for (let done = 0; done < warmUp; done += 2_000_000) machine.run(2_000_000)
  const figures = Array.from({ length: repetitions }, () => millionsPerSecond(machine))
  console.log(
    `${name.padEnd(6)} ${median(figures).toFixed(0)} MIPS (${figures.map((one) => one.toFixed(0)).join(' ')})`,
  )
  return median(figures)
})
const mean = Math.exp(results.reduce((sum, one) => sum + Math.log(one), 0) / results.length)
console.log(`geometric mean ${mean.toFixed(0)} MIPS`)
