import type { Expression } from '../wasm/expression.ts'
import { enterMmx } from './mmx-entry.ts'
import type { Operations, Semantic } from './operations.ts'
import type { Place } from './target.ts'

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
    commitWhole(b, destination, result)
  }
}

/** Of the source alone. */
export function unary(packed: (b: Operations, y: Expression) => Expression): Semantic {
  return (b) => {
    const result = packed(b, wide(b, b.source(1)))
    const destination = b.operand(0, 'w')
    commitWhole(b, destination, result)
  }
}

/** Eight bytes or less become both halves. */
export function wide(b: Operations, value: Expression): Expression {
  return value.type === 'v128' ? value : b.vector('i64x2.splat', value)
}

/** Writes as much of a vector as the destination has, which is operand 0; one of MMX enters its state. */
export function commitWhole(b: Operations, destination: Place, vector: Expression): void {
  const isMmx = b.bytes === 8
  const value = isMmx ? b.lane('i64x2.extract_lane', 0, vector) : vector
  b.commit(() => {
    b.set(destination, value)
    if (isMmx) enterMmx(b, 0)
  })
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

/** For XMM registers by the mnemonic alone, and for MMX registers with these operands. */
export function inBothFiles(
  group: Readonly<Record<string, Semantic>>,
  operands: readonly string[] = ['Pq,Qq'],
): Record<string, Semantic> {
  return Object.fromEntries(
    Object.entries(group).flatMap(([name, semantic]) => [
      [name, semantic],
      ...operands.map((kinds) => [`${name} ${kinds}`, semantic]),
    ]),
  )
}
