import type { Expression } from '../wasm/expression.ts'
import { blend, maskOfBits } from './lane-masks.ts'
import type { Operations, Semantic } from './operations.ts'
import type { LaneBytes } from './vector-lanes.ts'
import { binary } from './vector-operands.ts'

const blended = (maskOf: (b: Operations) => Expression): Semantic =>
  binary((b, x, y) => blend(b, maskOf(b), x, y))

/** Lanes of the source where the immediate has a bit. */
const byImmediate = (bytes: LaneBytes): Semantic => blended((b) => maskOfBits(b, bytes, b.source(2)))

/** Where those of XMM0 are negative. */
const bySign = (name: 'i8x16.shr_s' | 'i32x4.shr_s' | 'i64x2.shr_s'): Semantic =>
  blended((b) => b.vector(name, b.get(b.register(0, 16)), 63))

export const blends: Readonly<Record<string, Semantic>> = {
  ...{ BLENDPS: byImmediate(4), BLENDPD: byImmediate(8), PBLENDW: byImmediate(2) },
  ...{ BLENDVPS: bySign('i32x4.shr_s'), BLENDVPD: bySign('i64x2.shr_s'), PBLENDVB: bySign('i8x16.shr_s') },
}
