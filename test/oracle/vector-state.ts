import type { Row } from '../../src/machine/cpu/table/row.ts'
import { floatOf } from './float/operands.ts'
import { Random } from './random.ts'

const allMasked = 0x1f80

/** XMM registers and MXCSR that make an instruction of SSE worth running; of others they are at rest. */
export function vectorsFor({ facts }: Row, seed: string): { vectors: Uint8Array; mxcsr: number } {
  if (!facts.fpu) return { vectors: new Uint8Array(256), mxcsr: allMasked }
  const random = new Random(`${seed} vectors`)
  // Every bit but the upper half may be set: flags, DAZ, masks, rounding, FTZ.
  const usual = allMasked | random.pick([0, 0x20]) | (random.oneIn(2) ? 0 : random.below(8) << 13)
  const mxcsr = random.oneIn(3) ? random.below(0x1_0000) : usual
  return { vectors: numbers(random, 256), mxcsr }
}

/** Doubles, pairs of singles, and plain bytes; some stand twice, for comparisons. */
export function numbers(random: Random, bytes: number): Uint8Array {
  const memory = new Uint8Array(bytes)
  const view = new DataView(memory.buffer)
  for (let at = 0; at < bytes; at += 8) {
    const kind = random.below(8)
    if (kind === 0) view.setBigUint64(at, random.long(), true)
    else if (kind === 1 && at >= 16) memory.copyWithin(at, at - 16, at - 8)
    else if (kind < 5) view.setBigUint64(at, floatOf(64, random), true)
    else for (const part of [0, 4]) view.setUint32(at + part, Number(floatOf(32, random)), true)
  }
  return memory
}
