import type { Expression } from '../wasm/expression.ts'
import type { Operations } from './operations.ts'

/** Bytes of one lane. */
export type LaneBytes = 1 | 2 | 4 | 8

const shapes = { 1: 'i8x16', 2: 'i16x8', 4: 'i32x4', 8: 'i64x2' } as const

/** A vector with `value`, an i64, in every lane. */
export function splat(b: Operations, bytes: LaneBytes, value: Expression): Expression {
  return b.vector(`${shapes[bytes]}.splat`, scalarOf(b, bytes, value))
}

/** Lane `index`, zero-extended. */
export function laneOf(b: Operations, bytes: LaneBytes, index: number, vector: Expression): Expression {
  switch (bytes) {
    case 8:
      return b.lane('i64x2.extract_lane', index, vector)
    case 4:
      return b.number(b.lane('i32x4.extract_lane', index, vector))
    case 2:
      return b.number(b.lane('i16x8.extract_lane_u', index, vector))
    case 1:
      return b.number(b.lane('i8x16.extract_lane_u', index, vector))
  }
}

/** The upper half where `upper`, an i64, is not 0, else the lower one. */
export function halfOf(b: Operations, vector: Expression, upper: Expression): Expression {
  return b.select(b.op('ne', upper, 0), laneOf(b, 8, 1, vector), laneOf(b, 8, 0, vector))
}

/** The vector with the low bytes of `value`, an i64, in lane `index`. */
export function withLane(
  b: Operations,
  bytes: LaneBytes,
  index: number,
  vector: Expression,
  value: Expression,
): Expression {
  return b.lane(`${shapes[bytes]}.replace_lane`, index, vector, scalarOf(b, bytes, value))
}

/** `value` in the lowest lane, the rest 0. */
export function lowest(b: Operations, value: Expression): Expression {
  return withLane(b, 8, 0, b.vector('i64x2.splat', 0), value)
}

/** The sign bit of each lane, as a number. */
export function signs(b: Operations, bytes: LaneBytes, vector: Expression): Expression {
  return b.number(b.vector(`${shapes[bytes]}.bitmask`, vector))
}

function scalarOf(b: Operations, bytes: LaneBytes, value: Expression): Expression {
  return bytes === 8 ? value : b.op32('wrap_i64', value)
}
