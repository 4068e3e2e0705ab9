import { type Expression, vectorConstant } from '../wasm/expression.ts'
import type { VectorName } from '../wasm/vector-opcodes.ts'
import type { Operations, Semantic } from './operations.ts'
import { halfOf, splat, withLane } from './vector-lanes.ts'
import { binary, commitWhole, inBothFiles, pick, wide } from './vector-operands.ts'

/** Lanes of both operands by turns, of their lower or upper halves. */
const interleave = (laneBytes: number, from: 'low' | 'high'): Semantic =>
  binary((b, x, y) => {
    const count = b.bytes / laneBytes
    const first = from === 'low' ? 0 : count / 2
    const lanes = Array.from({ length: count }, (_, at) => first + (at >> 1) + (at & 1) * count)
    return pick(b, laneBytes, lanes, x, y)
  })

/** Half as wide each, saturated. */
const pack = (name: VectorName): Semantic =>
  binary((b, x, y) => {
    if (b.bytes === 16) return b.vector(name, x, y)
    const both = pick(b, 8, [0, 1], x, y)
    return b.vector(name, both, both)
  })

/** Bytes of the destination that those of the source choose, 0 where they are negative. */
const shuffleBytes = binary((b, x, y) => {
  const places = b.vector('v128.and', y, b.vector('i8x16.splat', 0x80 | (b.bytes - 1)))
  return b.vector('i8x16.swizzle', x, places)
})

const ascending = Array.from({ length: 16 }, (_, index) => index)

/** As many bytes as a register has, out of the source and the destination behind it, from a place on. */
const align: Semantic = (b) => {
  const y = wide(b, b.source(1))
  const destination = b.operand(0, 'rw')
  const x = wide(b, b.get(destination))
  const shift = b.source(2)
  const atMost = b.select(b.op('lt_u', shift, 32), shift, b.constant(32))
  const places = b.vector('i8x16.add', vectorConstant(ascending), splat(b, 1, atMost))
  const result =
    b.bytes === 16
      ? alignVectors(b, x, y, places)
      : b.vector('i8x16.swizzle', pick(b, 8, [0, 1], y, x), places)
  commitWhole(b, destination, result)
}

/** Places from 16 on are in `x`; those that a register does not have look up 0. */
function alignVectors(b: Operations, x: Expression, y: Expression, places: Expression): Expression {
  const behind = b.vector('i8x16.sub', places, b.vector('i8x16.splat', 16))
  return b.vector('v128.or', b.vector('i8x16.swizzle', y, places), b.vector('i8x16.swizzle', x, behind))
}

/** Two bits of the control for each of four lanes: the places of their bytes. Words: both halves alike. */
function placesOf(b: Operations, laneBytes: 2 | 4, control: Expression): Expression {
  const weights = [64, 16, 4, 1]
  const [lane, all, bytes, first] =
    laneBytes === 4
      ? (['i32x4', weights, 0x0404_0404, 0x0302_0100] as const)
      : (['i16x8', [...weights, ...weights], 0x0202, 0x0100] as const)
  const shifted = b.vector(`${lane}.mul`, splat(b, laneBytes, control), vectorConstant(all))
  const numbers = b.vector('v128.and', b.vector(`${lane}.shr_u`, shifted, 6), b.vector(`${lane}.splat`, 3))
  const places = b.vector(`${lane}.mul`, numbers, b.vector(`${lane}.splat`, bytes))
  return b.vector(`${lane}.add`, places, b.vector(`${lane}.splat`, first))
}

/** What an immediate makes of the source alone. */
function shuffleSource(shuffle: (b: Operations, y: Expression, control: Expression) => Expression): Semantic {
  return (b) => {
    const result = shuffle(b, wide(b, b.source(1)), b.source(2))
    const destination = b.operand(0, 'w')
    commitWhole(b, destination, result)
  }
}

const shuffleLanes = (laneBytes: 2 | 4): Semantic =>
  shuffleSource((b, y, control) => b.vector('i8x16.swizzle', y, placesOf(b, laneBytes, control)))

/** Words of one half; the other one stays. */
const shuffleHalf = (half: 'low' | 'high'): Semantic =>
  shuffleSource((b, y, control) => {
    const inHalf = b.vector('i8x16.splat', half === 'low' ? 0 : 8)
    const places = b.vector('i8x16.add', placesOf(b, 2, control), inHalf)
    const moved = b.vector('i8x16.swizzle', y, places)
    return half === 'low' ? pick(b, 8, [0, 3], moved, y) : pick(b, 8, [0, 3], y, moved)
  })

/** The lower half out of the destination, the upper out of the source. */
function shuffleBoth(
  shuffle: (b: Operations, x: Expression, y: Expression, control: Expression) => Expression,
): Semantic {
  return (b) => {
    const y = b.source(1)
    const destination = b.operand(0, 'rw')
    const result = shuffle(b, b.get(destination), y, b.source(2))
    b.commit(() => b.set(destination, result))
  }
}

const shuffleSingles = shuffleBoth((b, x, y, control) => {
  const places = placesOf(b, 4, control)
  return pick(b, 8, [0, 3], b.vector('i8x16.swizzle', x, places), b.vector('i8x16.swizzle', y, places))
})

const shuffleDoubles = shuffleBoth((b, x, y, control) => {
  const chosen = (vector: Expression, bit: number) => halfOf(b, vector, b.op('and', control, bit))
  return withLane(b, 8, 1, splat(b, 8, chosen(x, 1)), chosen(y, 2))
})

const ofBothFiles: Readonly<Record<string, Semantic>> = {
  ...{ PUNPCKHBW: interleave(1, 'high'), PUNPCKHWD: interleave(2, 'high'), PUNPCKHDQ: interleave(4, 'high') },
  ...{ PACKSSWB: pack('i8x16.narrow_i16x8_s'), PACKUSWB: pack('i8x16.narrow_i16x8_u') },
  ...{ PACKSSDW: pack('i16x8.narrow_i32x4_s'), PSHUFB: shuffleBytes },
}

const lowOfBothFiles: Readonly<Record<string, Semantic>> = {
  ...{ PUNPCKLBW: interleave(1, 'low'), PUNPCKLWD: interleave(2, 'low'), PUNPCKLDQ: interleave(4, 'low') },
}

export const shuffles: Readonly<Record<string, Semantic>> = {
  ...inBothFiles(ofBothFiles),
  ...inBothFiles(lowOfBothFiles, ['Pq,Qd']),
  ...inBothFiles({ PALIGNR: align }, ['Pq,Qq,Ib']),
  'PSHUFW Pq,Qq,Ib': shuffleLanes(2),
  ...{ UNPCKLPS: interleave(4, 'low'), UNPCKHPS: interleave(4, 'high') },
  ...{ UNPCKLPD: interleave(8, 'low'), UNPCKHPD: interleave(8, 'high') },
  ...{ PUNPCKLQDQ: interleave(8, 'low'), PUNPCKHQDQ: interleave(8, 'high') },
  ...{ PACKUSDW: pack('i16x8.narrow_i32x4_u'), SHUFPS: shuffleSingles, SHUFPD: shuffleDoubles },
  ...{ PSHUFD: shuffleLanes(4), PSHUFLW: shuffleHalf('low'), PSHUFHW: shuffleHalf('high') },
}
