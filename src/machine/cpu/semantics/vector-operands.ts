import type { Expression } from '../wasm/expression.ts'
import type { Operations, Semantic } from './operations.ts'

/**
 * What becomes of two whole registers. Those of MMX stand in both halves of a vector, and the lower half of
 * the result counts: where lanes do not meet, one definition serves both kinds.
 */
export type Packed = (b: Operations, x: Expression, y: Expression) => Expression

/** `packed` of destination and source into the destination. */
export function binary(packed: Packed): Semantic {
  return (b) => {
    const y = wide(b, b.source(1))
    const destination = b.operand(0, 'rw')
    const result = packed(b, wide(b, b.get(destination)), y)
    b.commit(() => b.set(destination, fitting(b, result)))
  }
}

/** Of the source alone. */
export function unary(packed: (b: Operations, y: Expression) => Expression): Semantic {
  return (b) => {
    const result = packed(b, wide(b, b.source(1)))
    const destination = b.operand(0, 'w')
    b.commit(() => b.set(destination, fitting(b, result)))
  }
}

/** Eight bytes or less become both halves. */
export function wide(b: Operations, value: Expression): Expression {
  return value.type === 'v128' ? value : b.vector('i64x2.splat', value)
}

/** As much of a vector as the destination has. */
export function fitting(b: Operations, vector: Expression): Expression {
  return b.bytes === 8 ? b.lane('i64x2.extract_lane', 0, vector) : vector
}

/**
 * Lanes of `x` and `y` one behind the other, numbered through both: those of `y` follow the last one that `x`
 * has, 8 or 16 bytes behind its first.
 */
export function pick(
  b: Operations,
  laneBytes: number,
  lanes: readonly number[],
  x: Expression,
  y: Expression,
): Expression {
  const count = b.bytes / laneBytes
  const bytes = lanes.flatMap((lane) => {
    const first = lane < count ? lane * laneBytes : 16 + (lane - count) * laneBytes
    return Array.from({ length: laneBytes }, (_, index) => first + index)
  })
  const whole = Array.from({ length: 16 }, (_, index) => bytes[index % bytes.length] ?? 0)
  return b.shuffle(whole, x, y)
}

/** Lane numbers of one operand: `pick` takes them of both when they go on. */
export function laneNumbers(b: Operations, laneBytes: number): number[] {
  return Array.from({ length: b.bytes / laneBytes }, (_, index) => index)
}
