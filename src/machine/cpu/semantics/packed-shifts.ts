import { type Expression, vectorConstant } from '../wasm/expression.ts'
import type { VectorName } from '../wasm/vector-opcodes.ts'
import type { Operations, Semantic } from './operations.ts'
import { commitWhole, inBothFiles, wide } from './vector-operands.ts'

const widths = { i16x8: 16, i32x4: 32, i64x2: 64 } as const
type Lane = keyof typeof widths

/** All lanes by one count: an immediate, or all 64 bits of the source's lower half. */
function shift(lane: Lane, how: 'shl' | 'shr_u' | 'shr_s'): Semantic {
  return (b) => {
    const count = countOf(b)
    const destination = b.operand(0, 'rw')
    const value = wide(b, b.get(destination))
    const isInside = b.op('lt_u', count, widths[lane])
    const name: VectorName = `${lane}.${how}`
    const result =
      how === 'shr_s'
        ? b.vector(name, value, b.op32('wrap_i64', b.select(isInside, count, b.constant(widths[lane] - 1))))
        : orNothing(b, isInside, b.vector(name, value, b.op32('wrap_i64', count)))
    commitWhole(b, destination, result)
  }
}

function countOf(b: Operations): Expression {
  const source = b.source(1)
  return source.type === 'v128' ? b.lane('i64x2.extract_lane', 0, source) : source
}

/** WebAssembly takes counts modulo the width; here nothing is left. */
function orNothing(b: Operations, isInside: Expression, value: Expression): Expression {
  const all = b.vector('i64x2.splat', b.op('sub', 0, b.number(isInside)))
  return b.vector('v128.and', value, all)
}

const ascending = Array.from({ length: 16 }, (_, index) => index)

/** The whole register by bytes: positions from 16 on, and below 0, are zeros. */
const shiftBytes =
  (name: 'i8x16.add' | 'i8x16.sub'): Semantic =>
  (b) => {
    const count = b.source(1)
    const atMost16 = b.select(b.op('lt_u', count, 16), count, b.constant(16))
    const destination = b.operand(0, 'rw')
    const distance = b.vector('i8x16.splat', b.op32('wrap_i64', atMost16))
    const positions = b.vector(name, vectorConstant(ascending), distance)
    const result = b.vector('i8x16.swizzle', b.get(destination), positions)
    b.commit(() => b.set(destination, result))
  }

const shifts: Readonly<Record<string, Semantic>> = {
  ...{ PSLLW: shift('i16x8', 'shl'), PSRLW: shift('i16x8', 'shr_u'), PSRAW: shift('i16x8', 'shr_s') },
  ...{ PSLLD: shift('i32x4', 'shl'), PSRLD: shift('i32x4', 'shr_u'), PSRAD: shift('i32x4', 'shr_s') },
  ...{ PSLLQ: shift('i64x2', 'shl'), PSRLQ: shift('i64x2', 'shr_u') },
}

export const packedShifts: Readonly<Record<string, Semantic>> = {
  ...inBothFiles(shifts, ['Pq,Qq', 'Nq,Ib']),
  ...{ PSLLDQ: shiftBytes('i8x16.sub'), PSRLDQ: shiftBytes('i8x16.add') },
}
