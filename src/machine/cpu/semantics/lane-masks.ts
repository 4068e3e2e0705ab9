import { type Expression, vectorConstant } from '../wasm/expression.ts'
import type { Operations } from './operations.ts'
import { type LaneBytes, splat } from './vector-lanes.ts'

const bits = [1, 2, 4, 8, 16, 32, 64, 128]
/** The bit that stands for each lane, within a lane. */
const bitOfLane = {
  1: [...bits, ...bits],
  2: bits,
  4: bits.slice(0, 4),
  8: [1, 0, 2, 0],
} as const
const numberOfLane = {
  1: Array.from({ length: 16 }, (_, index) => index),
  2: Array.from({ length: 8 }, (_, index) => index),
  4: [0, 1, 2, 3],
  8: [0, 0, 1, 0],
} as const
const equal = { 1: 'i8x16.eq', 2: 'i16x8.eq', 4: 'i32x4.eq', 8: 'i64x2.eq' } as const

/** All ones in each lane whose bit of `chosen`, an i64, is set. */
export function maskOfBits(b: Operations, bytes: LaneBytes, chosen: Expression): Expression {
  const own = vectorConstant(bitOfLane[bytes])
  const spread = bytes === 1 ? spreadToBytes(b, chosen) : splat(b, bytes, chosen)
  return b.vector(equal[bytes], b.vector('v128.and', spread, own), own)
}

/** The lower byte in the first eight, the upper one in the others. */
function spreadToBytes(b: Operations, chosen: Expression): Expression {
  const words = splat(b, 2, chosen)
  const places = [0, 1].flatMap((byte) => bits.map(() => byte))
  return b.shuffle(places, words, words)
}

/** All ones in lane `index`, an i64. */
export function maskOfLane(b: Operations, bytes: LaneBytes, index: Expression): Expression {
  return b.vector(equal[bytes], splat(b, bytes, index), vectorConstant(numberOfLane[bytes]))
}

/** `y` where the mask is set, else `x`. */
export function blend(b: Operations, mask: Expression, x: Expression, y: Expression): Expression {
  return b.vector('v128.or', b.vector('v128.and', y, mask), b.vector('v128.andnot', x, mask))
}
