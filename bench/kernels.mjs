// Small kernels that do one thing many times, on QEMU and on our own machine: CPU time, of all threads.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadCore } from '../dist/src/engines/embedded/core-file.js'
import { rights } from '../dist/src/machine/cpu/state-layout.js'
import { Machine } from '../dist/src/machine/machine.js'
import { cpuSeconds, median } from './measure.mjs'

/** Where each kernel stands: a label of a file in `kernels/`. */
const files = {
  loops: ['sieve', 'crc', 'matmul', 'fib', 'fnv'],
  random: ['random_small', 'random_large'],
  events: ['fault', 'syscall_sysret'],
  real: ['interrupts', 'beside', 'modify'],
  straight: ['straight'],
  vectors: ['copy', 'packed'],
  matrix: ['fractions', 'whole'],
}
/** Those that are C too. */
const compiled = new Set(['matrix'])
const folder = fileURLToPath(new URL('kernels/', import.meta.url))
const built = mkdtempSync(join(tmpdir(), 'kerneltest-bench-'))
process.once('exit', () => rmSync(built, { recursive: true }))

/** What gcc makes of `kernels/NAME.c`, for INCBIN: its first function is at the beginning. */
function compile(name) {
  const options = [
    '-O2',
    '-ffreestanding',
    '-fno-pic',
    '-fcf-protection=none',
    '-fno-asynchronous-unwind-tables',
  ]
  const flat = [
    '-nostdlib',
    '-static',
    '-Wl,--oformat=binary',
    '-Wl,-Ttext=0',
    '-Wl,--build-id=none',
    '-Wl,-e0',
  ]
  execFileSync('gcc', [...options, ...flat, '-o', join(built, `${name}.bin`), join(folder, `${name}.c`)])
}

/** The path of a kernel that does its work so many times. */
export function kernel(name, rounds) {
  const [file] = Object.entries(files).find(([, names]) => names.includes(name))
  const path = join(built, `${name}-${rounds}.bin`)
  const definitions = [`-DKERNEL=${name}`, `-DROUNDS=${rounds}`]
  if (compiled.has(file) && !existsSync(join(built, `${file}.bin`))) compile(file)
  execFileSync('nasm', [
    '-i',
    folder,
    '-i',
    `${built}/`,
    '-f',
    'bin',
    ...definitions,
    '-o',
    path,
    join(folder, `${file}.asm`),
  ])
  return path
}

/** Seconds of user and system time of a QEMU that boots `image`: the shell's `times` tells its children's. */
function qemuSeconds(image) {
  const exitPort = 'isa-debug-exit,iobase=0xf4,iosize=4'
  const options = `-accel tcg -display none -no-reboot -m 128M -device ${exitPort} -kernel '${image}'`
  const script = `qemu-system-x86_64 ${options} </dev/null; [ $? = 33 ] && times`
  const text = execFileSync('bash', ['-c', script], { encoding: 'utf8' })
  const [user, system] = text.trim().split('\n').at(-1).split(' ').map(secondsOf)
  return user + system
}

function secondsOf(text) {
  const [, minutes, seconds] = /(\d+)m([\d.]+)s/.exec(text)
  return 60 * Number(minutes) + Number(seconds)
}

const loadedAt = 0x10_0000
const entryOffset = 28
const wiring = { exit: { port: 0xf4, size: 4 }, serial: () => {} }
await loadCore()
const machine = new Machine({ memoryMiB: 128, ...wiring })

const flat = { base: 0n, limit: 0xffff_ffff }
const data = { ...flat, selector: 16, rights: 0x93 | rights.big | rights.granular }
const none = { ...flat, selector: 0, rights: rights.unusable }
const segments = {
  ...{ es: data, ss: data, ds: data, fs: data, gs: data, ldtr: none },
  cs: { ...data, selector: 8, rights: data.rights | rights.code },
  tr: { ...none, rights: rights.present | 0xb },
}
const noTable = { base: 0n, limit: 0 }

/** Power-on of our machine with a kernel in it. */
export function start(image) {
  const bytes = readFileSync(image)
  machine.powerOn([{ at: loadedAt, bytes, size: bytes.length }], wiring)
  const rip = BigInt(bytes.readUInt32LE(entryOffset))
  const control = { cr0: 0x11, cr3: 0n, cr4: 0, efer: 0, gdtr: noTable, idtr: noTable }
  machine.enter({ general: Array(16).fill(0n), rip, rflags: 2, segments, ...control })
  return machine
}

/** CPU seconds that our machine takes for `image`, and how many instructions they were. */
function ourRun(image) {
  start(image)
  const stop = { kind: 'budget' }
  const seconds = cpuSeconds(() => {
    while (stop.kind === 'budget') Object.assign(stop, machine.run(50_000_000))
  })
  if (stop.kind !== 'exit') throw new Error(`${image} ended otherwise: ${stop.kind}`)
  return { seconds, instructions: machine.units }
}

/**
 * Units after which V8 has compiled the interpreter a second time, and well: its threads' time would count
 * too.
 */
const warmUnits = 1_000_000_000
let isWarm = false

function warmUp() {
  const machine = start(kernel('sieve', 1_000_000))
  while (machine.units < warmUnits) machine.run(20_000_000)
  isWarm = true
}

/** CPU seconds of one measurement: enough for a clock of milliseconds. */
const enough = 0.3
const measurements = 5

/** A number of rounds that takes about so long by `measure`, which answers seconds for a number of rounds. */
function calibrate(measure) {
  for (let rounds = 1000; ; rounds *= 4) {
    const seconds = measure(rounds)
    // Less could be the difference between two starts of QEMU.
    if (seconds > enough) return Math.round((rounds * enough) / seconds)
  }
}

/**
 * Seconds a round on both, instructions a second on ours, and TCG's time over ours: medians of pairs.
 * `prelude`: rounds that touch all memory for the first time; they do not count.
 */
export function compare(name, prelude = 0) {
  if (!isWarm) warmUp()
  const idle = kernel(name, prelude)
  const tcgSeconds = (rounds) => qemuSeconds(kernel(name, prelude + rounds)) - qemuSeconds(idle)
  const ours = (rounds) => ourRun(kernel(name, rounds))
  const tcgRounds = calibrate(tcgSeconds)
  const ourRounds = calibrate((rounds) => ours(rounds).seconds)
  const pairs = Array.from({ length: measurements }, () => {
    const { seconds, instructions } = ours(ourRounds)
    const tcg = tcgSeconds(tcgRounds) / tcgRounds
    return { tcg, ours: seconds / ourRounds, speed: instructions / seconds }
  })
  const middle = (of) => median(pairs.map(of))
  return {
    tcg: middle((pair) => pair.tcg),
    ours: middle((pair) => pair.ours),
    speed: middle((pair) => pair.speed),
    ratio: middle((pair) => pair.tcg / pair.ours),
  }
}
