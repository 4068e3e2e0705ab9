// The interpreter against QEMU's TCG: the same kernels, CPU time of all threads, runs that alternate.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Machine } from '../dist/src/machine/machine.js'
import { median } from './measure.mjs'

/** Rounds that take TCG a few tenths of a second. */
const loops = { sieve: 250, crc: 3000, matmul: 250, fib: 2000, fnv: 1500 }
const source = fileURLToPath(new URL('loops.asm', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'kerneltest-bench-'))
export const cpuRounds = 5

function build(loop, rounds) {
  const path = join(folder, `${loop}-${rounds}.bin`)
  execFileSync('nasm', ['-f', 'bin', `-DLOOP=${loop}`, `-DROUNDS=${rounds}`, '-o', path, source])
  return path
}

/** Seconds of user and system time of a QEMU that boots `image`. The shell's `times` tells its children's. */
function qemuSeconds(image) {
  const run = `qemu-system-x86_64 -accel tcg -display none -no-reboot -m 64M -device isa-debug-exit -kernel ${image} || true; times`
  const text = execFileSync(
    'bash',
    ['-c', run.replace('-device isa-debug-exit', '-device isa-debug-exit,iobase=0xf4,iosize=4')],
    { encoding: 'utf8' },
  )
  const [user, system] = text.trim().split('\n').at(-1).split(' ').map(secondsOf)
  return user + system
}

function secondsOf(text) {
  const [, minutes, seconds] = /(\d+)m([\d.]+)s/.exec(text)
  return 60 * Number(minutes) + Number(seconds)
}

const bootMagic = 0x2badb002n
const entryOffset = 28

/** CPU seconds and instructions that our machine takes for `image`, in a process that has run before. */
export function ourSeconds(image) {
  const machine = new Machine({ memoryMiB: 8, exit: { port: 0xf4, size: 4 }, serial: () => {} })
  machine.cpu.poke(0x10_0000, image)
  const general = Array(16).fill(0n)
  general[0] = bootMagic
  const control = { cr0: 0x11, cr3: 0n, cr4: 0, efer: 0, long: false }
  machine.cpu.registers = { general, rip: BigInt(image.readUInt32LE(entryOffset)), rflags: 2, ...control }
  const before = process.cpuUsage()
  let stop = { kind: 'budget' }
  while (stop.kind === 'budget') stop = machine.run(50_000_000)
  const { user, system } = process.cpuUsage(before)
  if (stop.kind !== 'exit')
    throw new Error(
      `the loop ended: ${JSON.stringify(stop, (_, value) => (typeof value === 'bigint' ? `${value}` : value))}`,
    )
  return { seconds: (user + system) / 1e6, instructions: machine.units }
}

/** Per loop: TCG's time over ours, and our million instructions a second. */
export function interpreterSpeed() {
  const empty = build('fnv', 0)
  return Object.entries(loops).map(([loop, rounds]) => {
    const path = build(loop, rounds)
    const image = readFileSync(path)
    ourSeconds(image)
    const ratios = []
    const speeds = []
    for (let round = 0; round < cpuRounds; round++) {
      const tcg = qemuSeconds(path) - qemuSeconds(empty)
      const ours = ourSeconds(image)
      ratios.push(tcg / ours.seconds)
      speeds.push(ours.instructions / ours.seconds / 1e6)
    }
    return { loop, ratio: median(ratios), mips: median(speeds) }
  })
}

export const geometricMean = (values) =>
  Math.exp(values.reduce((sum, one) => sum + Math.log(one), 0) / values.length)

if (import.meta.url === `file://${process.argv[1]}`) {
  const results = interpreterSpeed()
  for (const { loop, ratio, mips } of results) {
    console.log(`${loop.padEnd(7)} ${ratio.toFixed(3)} × TCG, ${mips.toFixed(0)} MIPS`)
  }
  console.log(`geometric mean ${geometricMean(results.map((one) => one.ratio)).toFixed(3)} × TCG`)
}
