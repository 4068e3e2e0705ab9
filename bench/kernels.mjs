// Small kernels that do one thing many times, on QEMU and on our own machine: CPU time, of all threads.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machineOf, warmUp } from './machine.mjs'
import { cpuSeconds, median } from './measure.mjs'

export const integerLoops = ['sieve', 'crc', 'matmul', 'fib', 'fnv']

/** Where each kernel stands: a label of a file in `kernels/`. */
const files = {
  loops: integerLoops,
  random: ['random_small', 'random_large'],
  events: ['fault', 'syscall_sysret'],
  real: ['interrupts', 'beside', 'modify'],
  straight: ['straight'],
  vectors: ['copy', 'packed'],
  matrix: ['fractions', 'whole', 'fractions_387'],
  contexts: ['save_restore', 'switch_context'],
  sectors: ['int13', 'int13_onward', 'teletype', 'direct', 'idle', 'key_wait'],
}
/** What INCBIN asks for: a file in C, and options beside -O2. */
const compiled = {
  matrix: { 'matrix.bin': ['matrix.c'], 'matrix-387.bin': ['matrix.c', '-mfpmath=387'] },
}
const folder = fileURLToPath(new URL('kernels/', import.meta.url))
const built = mkdtempSync(join(tmpdir(), 'kerneltest-bench-'))
process.once('exit', () => rmSync(built, { recursive: true }))

/** Code alone, of a function at its beginning. */
function compile(to, [source, ...more]) {
  if (existsSync(to)) return
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
  command('gcc', [...options, ...flat, ...more, '-o', to, join(folder, source)])
}

function command(name, parameters) {
  const { error, status, stderr } = spawnSync(name, parameters, { encoding: 'utf8' })
  if (error?.code === 'ENOENT') throw new Error(`The benchmark's kernels are made by ${name}: install it.`)
  if (error || status !== 0) throw new Error(`${name} ${parameters.join(' ')}: ${error ?? stderr}`)
}

/** The path of a kernel that does its work so many times. */
export function kernel(name, rounds) {
  const [file] = Object.entries(files).find(([, names]) => names.includes(name))
  const path = join(built, `${name}-${rounds}.bin`)
  const definitions = [`-DKERNEL=${name}`, `-DROUNDS=${rounds}`]
  for (const [to, how] of Object.entries(compiled[file] ?? {})) compile(join(built, to), how)
  command('nasm', [
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

const ours = await machineOf(new URL('..', import.meta.url))
const { machine } = ours

/** Power-on of our machine with a kernel in it. */
export function start(image) {
  ours.start(image)
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

let isWarm = false

/** Of each of the interpreter's switches. */
function warm() {
  for (const name of ['sieve', 'copy']) warmUp(ours, kernel(name, 100_000_000))
  isWarm = true
}

/** CPU seconds of one measurement: enough for a clock of milliseconds. */
const enough = 0.3
const measurements = 5

/** A number of rounds that takes about so long by `measure`, which answers seconds for a number of rounds. */
function calibrate(measure) {
  for (let rounds = 10; ; rounds *= 4) {
    // Less could be the difference between two starts of QEMU; so could more, once.
    const seconds = Math.min(measure(rounds), measure(rounds))
    if (seconds > enough) return Math.round((rounds * enough) / seconds)
  }
}

/**
 * Seconds a round on both, instructions a second on ours, and TCG's time over ours: medians of pairs.
 * `prelude`: rounds that touch all memory for the first time; they do not count.
 */
export function compare(name, prelude = 0) {
  if (!isWarm) warm()
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
