import type { Expression } from '../wasm/expression.ts'
import { entering } from './mmx-entry.ts'
import type { Operations, Semantic } from './operations.ts'
import { type LaneBytes, laneOf, lowest, signs, splat, withLane } from './vector-lanes.ts'

/** As many bytes as both operands have; the rest of a register stays. */
const move: Semantic = (b) => {
  const bytes = Math.min(b.operandBytes(0), b.operandBytes(1))
  const value = b.get(b.operand(1, 'r', 0, bytes))
  const destination = b.operand(0, 'w', 0, bytes)
  b.commit(() => b.set(destination, value))
}

/** What the source makes of itself, whole. */
function convert(convertOne: (b: Operations, source: Expression) => Expression): Semantic {
  return (b) => {
    const value = convertOne(b, b.source(1))
    const destination = b.operand(0, 'w')
    b.commit(() => b.set(destination, value))
  }
}

/** MOVSS and MOVSD: from memory the rest of the register becomes 0, from a register it stays. */
const moveScalar: Semantic = (b) => {
  if (b.operandBytes(0) < 16) {
    move(b)
    return
  }
  const bytes = b.operandBytes(1) as LaneBytes
  const value = b.source(1)
  const destination = b.operand(0, 'rw')
  const [result = value] = b.choose(
    b.isMemory(1),
    () => [lowest(b, value)],
    () => [withLane(b, bytes, 0, b.get(destination), value)],
  )
  b.commit(() => b.set(destination, result))
}

/** Eight bytes to the low half, or from there; a register that they come to loses its high half. */
const moveLow: Semantic = (b) => {
  const value = b.get(b.operand(1, 'r', 0, Math.min(b.operandBytes(1), 8)))
  const destination = b.operand(0, 'w')
  const isVector = b.operandBytes(0) === 16
  b.commit(() => b.set(destination, isVector ? lowest(b, value) : value))
}

/** Eight bytes of memory to the high half, or from there. */
const moveHigh: Semantic = (b) => {
  if (b.operandBytes(0) === 16) joinHalves(b, b.source(1))
  else convert((_, source) => laneOf(b, 8, 1, source))(b)
}

/** The destination's low half, and `high`. */
function joinHalves(b: Operations, high: Expression): void {
  const destination = b.operand(0, 'rw')
  const result = withLane(b, 8, 1, b.get(destination), high)
  b.commit(() => b.set(destination, result))
}

/** The low half of the source becomes the high one. */
const moveLowToHigh: Semantic = (b) => joinHalves(b, laneOf(b, 8, 0, b.source(1)))

const moveHighToLow: Semantic = (b) => {
  const value = laneOf(b, 8, 1, b.source(1))
  const destination = b.operand(0, 'w', 0, 8)
  b.commit(() => b.set(destination, value))
}

/** Singles at even or odd places stand twice. */
function duplicate(out: 'i64x2.shl' | 'i64x2.shr_u', back: 'i64x2.shl' | 'i64x2.shr_u'): Semantic {
  return convert((b, source) => {
    const half = b.vector(out, source, 32)
    return b.vector('v128.or', half, b.vector(back, half, 32))
  })
}

const signsOf = (bytes: LaneBytes) =>
  convert((b, source) => signs(b, bytes, source.type === 'v128' ? source : lowest(b, source)))

export const vectorMoves: Readonly<Record<string, Semantic>> = {
  ...{ MOVAPS: move, MOVAPD: move, MOVUPS: move, MOVUPD: move, MOVDQA: move, MOVDQU: move },
  // There is no cache to pass by.
  ...{ MOVNTPS: move, MOVNTPD: move, MOVNTDQ: move, MOVNTDQA: move, LDDQU: move },
  ...{ MOVSS: moveScalar, MOVSD: moveScalar, MOVD: moveLow, MOVQ: moveLow },
  ...{ MOVLPS: move, MOVLPD: move, MOVHPS: moveHigh, MOVHPD: moveHigh },
  ...{ MOVLHPS: moveLowToHigh, MOVHLPS: moveHighToLow, MOVDDUP: convert((b, source) => splat(b, 8, source)) },
  ...{ MOVSLDUP: duplicate('i64x2.shl', 'i64x2.shr_u'), MOVSHDUP: duplicate('i64x2.shr_u', 'i64x2.shl') },
  ...{ MOVMSKPS: signsOf(4), MOVMSKPD: signsOf(8), PMOVMSKB: signsOf(1) },
  ...{ 'MOVD Pq,Ey': entering(moveLow, 0), 'MOVD Ey,Pq': entering(moveLow, null) },
  ...{
    'MOVQ Pq,Qq': entering(move, 0),
    'MOVQ Qq,Pq': entering(move, 0),
    'MOVNTQ Mq,Pq': entering(move, null),
  },
  ...{ 'MOVQ2DQ Vx,Nq': entering(moveLow, null), 'MOVDQ2Q Pq,Ux': entering(move, 0) },
  'PMOVMSKB Gy,Nq': entering(signsOf(1), null),
}
