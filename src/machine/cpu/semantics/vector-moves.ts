import type { Expression } from '../wasm/expression.ts'
import type { Operations, Semantic } from './operations.ts'

/** Sixteen bytes, aligned where the row says so. */
const move: Semantic = (b) => {
  const value = b.source(1)
  const destination = b.operand(0, 'w')
  b.commit(() => b.set(destination, value))
}

/** MOVSS and MOVSD: from memory the rest of the register becomes 0, from a register it stays. */
const moveScalar: Semantic = (b) => {
  const [to, from] = [b.operandBytes(0), b.operandBytes(1)]
  const bytes = Math.min(to, from)
  const value = b.get(b.operand(1, 'r', 0, bytes))
  if (to < from) {
    const destination = b.operand(0, 'w')
    b.commit(() => b.set(destination, value))
    return
  }
  const destination = b.operand(0, 'rw')
  const merged = withLowest(b, b.get(destination), value, bytes)
  const alone = b.lane('i64x2.replace_lane', 0, b.vector('i64x2.splat', 0), value)
  const result = b.select(b.isMemory(1), alone, merged)
  b.commit(() => b.set(destination, result))
}

function withLowest(b: Operations, vector: Expression, value: Expression, bytes: number): Expression {
  if (bytes === 8) return b.lane('i64x2.replace_lane', 0, vector, value)
  return b.lane('i32x4.replace_lane', 0, vector, b.op32('wrap_i64', value))
}

export const vectorMoves: Readonly<Record<string, Semantic>> = {
  ...{ MOVAPS: move, MOVAPD: move, MOVUPS: move, MOVUPD: move, MOVDQA: move, MOVDQU: move },
  ...{ MOVSS: moveScalar, MOVSD: moveScalar },
}
