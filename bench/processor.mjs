// The speed that the embedded engine has to have, row by row: what must be, what is, what QEMU's TCG needs.
import { readFileSync } from 'node:fs'
import { decodeCore } from '../dist/src/machine/cpu/core-image.js'
import { timesBefore } from './before.mjs'
import { decodeSeconds } from './decode.mjs'
import { coldWorkers, warmCore } from './embedded.mjs'
import { compare, integerLoops } from './kernels.mjs'
import { geometricMean } from './measure.mjs'
import { table } from './page.mjs'
import { restoreSeconds } from './restore.mjs'
import { heads, kilobytes, microseconds, milliseconds, row, short, times } from './rows.mjs'

export const pairs = 5
/** The last commit without. */
const beforeFloatingPoint = '0467edc'
/** So many random accesses have been to nearly every page. */
const prelude = 200_000

/** Each answers its rows, from comparisons with QEMU that it asks for by the kernel's name. */
const measurements = {
  'interpreter, five loops': (loop) => {
    const loops = integerLoops.map((name) => [name, loop(name)])
    const mean = geometricMean(loops.map(([, { ratio }]) => ratio))
    const detail = loops.map(([name, { ratio, speed }]) => {
      return [name, `${short(ratio)} ×`, `${Math.round(speed / 1e6)} MIPS`]
    })
    return { rows: [row('interpreter, geometric mean of five loops', times, 0.14, 0.22, mean)], detail }
  },
  'the core before': () => {
    const worst = Math.max(...timesBefore(integerLoops, beforeFloatingPoint))
    const metric = 'integer loops, the slowest by the core without floating point'
    return { rows: [row(metric, (value) => `${value.toFixed(2)} ×`, 1.1, 1, worst)] }
  },
  vectors: (loop) => {
    const ratio = (metric, name, must, aim = must) => row(metric, times, must, aim, loop(name).ratio)
    const pair = (metric, name) => {
      const { ours, tcg } = loop(name)
      return row(metric, microseconds, null, null, ours, tcg)
    }
    const rows = [
      ratio('product of doubles by gcc -O2, fractions', 'fractions', 0.05, 0.15),
      ratio('the same, whole numbers: nothing is inexact', 'whole', 0.05, 0.15),
      ratio('the same by x87, fractions', 'fractions_387', 0.1),
      ratio('memcpy by SSE2, 16 KiB', 'copy', 0.3),
      ratio('packed integers', 'packed', 0.2),
      pair('FXSAVE + FXRSTOR', 'save_restore'),
      pair('two switches of context, with FXSAVE and CR3', 'switch_context'),
    ]
    return { rows }
  },
  'random access': (loop) => {
    const both = ['random_small', 'random_large'].map((name) => loop(name, prelude).ratio)
    const names = ['pages of 4 KiB', 'pages of 2 MiB']
    return { rows: names.map((name, index) => row(`random 32 MiB, ${name}`, times, 0.3, 0.8, both[index])) }
  },
  events: (loop) => {
    const pair = (metric, name, must) => {
      const { ours, tcg } = loop(name)
      return row(metric, microseconds, must * 1e-6, (must / 2) * 1e-6, ours, tcg)
    }
    const rows = [
      pair('#PF + IRETQ', 'fault', 2),
      pair('SYSCALL + SYSRET', 'syscall_sysret', 0.5),
      pair('real-mode INT + IRET', 'interrupts', 1),
    ]
    return { rows }
  },
  'boot sector': (loop) => {
    const ratio = (metric, name) => row(metric, times, 0.05, 0.2, loop(name).ratio)
    const rows = [
      ratio('boot sector, stack and data beside the code', 'beside'),
      ratio('boot sector, self-modifying loop', 'modify'),
    ]
    return { rows }
  },
  'decoder, reset, size': () => {
    const core = new URL('../dist/src/machine/cpu/core.bin', import.meta.url)
    const size = decodeCore(readFileSync(core)).bytes.length
    const rows = [
      row('decoding, warm, an instruction', microseconds, 1e-6, 0.5e-6, decodeSeconds(pairs)),
      row('restore of 1,000 dirty pages', milliseconds, 1e-3, 0.5e-3, restoreSeconds(1000, pairs)),
      row('size of the generated core', kilobytes, 1e6, 500e3, size),
    ]
    return { rows }
  },
  boots: async () => {
    const first = 'first boot in a cold worker'
    const warm = await warmCore()
    const { with: kept, without, nothing } = coldWorkers()
    const rows = [
      row('hello-serial, warm thread, core only, with reset', milliseconds, 0.2e-3, 0.05e-3, warm),
      row(`${first}, CPU time`, milliseconds, 0.15, 0.08, kept.cpu),
      row(`${first}, wall time`, milliseconds, 0.15, 0.08, kept.wall),
      row('the first boot after an installation, CPU time', milliseconds, null, null, without.cpu),
      row('the first boot after an installation, wall time', milliseconds, null, null, without.wall),
      row('a worker that does nothing, CPU time', milliseconds, null, null, nothing.cpu),
      row('a worker that does nothing, wall time', milliseconds, null, null, nothing.wall),
    ]
    return { rows }
  },
}

/** The two tables. `tell` hears what is measured. */
export async function processor(tell) {
  const rows = []
  let loops = []
  const loop = (name, before) => {
    const result = compare(name, before)
    tell(`${name}: ${times(result.ratio)}`)
    return result
  }
  for (const [name, measure] of Object.entries(measurements)) {
    const { rows: more, detail = [] } = await measure(loop)
    tell(name)
    rows.push(...more)
    loops = [...loops, ...detail]
  }
  return `${table(heads, rows)}\n\n${table(['loop', 'TCG’s time / ours', 'ours'], loops)}`
}
