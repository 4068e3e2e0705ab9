import { vectorConstant } from '../wasm/expression.ts'
import type { VectorName } from '../wasm/vector-opcodes.ts'
import type { Semantic } from './operations.ts'
import { binary, inBothFiles } from './vector-operands.ts'

const every = (count: number, value: number) => vectorConstant(Array.from({ length: count }, () => value))

/** The upper halves of products of words. */
const highWords = (sign: 's' | 'u'): Semantic =>
  binary((b, x, y) => {
    const low = b.vector(`i32x4.extmul_low_i16x8_${sign}`, x, y)
    const high = b.vector(`i32x4.extmul_high_i16x8_${sign}`, x, y)
    return b.shuffle([2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31], low, high)
  })

/** Whole products of even doublewords. */
const evenDoublewords = (name: VectorName): Semantic =>
  binary((b, x, y) => {
    const even = [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11]
    return b.vector(name, b.shuffle(even, x, x), b.shuffle(even, y, y))
  })

/** -1 times -1 stays -1 here, and saturates there. */
const roundedWords = binary((b, x, y) => {
  const least = every(8, 0x8000)
  const both = b.vector('v128.and', b.vector('i16x8.eq', x, least), b.vector('i16x8.eq', y, least))
  return b.vector('v128.xor', b.vector('i16x8.q15mulr_sat_s', x, y), both)
})

/** Unsigned bytes of the destination times signed ones of the source, in pairs. */
const unsignedBySigned = binary((b, x, y) => {
  const even = b.vector(
    'i16x8.mul',
    b.vector('v128.and', x, every(8, 0xff)),
    b.vector('i16x8.shr_s', b.vector('i16x8.shl', y, 8), 8),
  )
  const odd = b.vector('i16x8.mul', b.vector('i16x8.shr_u', x, 8), b.vector('i16x8.shr_s', y, 8))
  return b.vector('i16x8.add_sat_s', even, odd)
})

const pairs = binary((b, x, y) => b.vector('i32x4.dot_i16x8_s', x, y))

export const packedProducts: Readonly<Record<string, Semantic>> = {
  ...inBothFiles({
    ...{ PMULHW: highWords('s'), PMULHUW: highWords('u'), PMULHRSW: roundedWords },
    ...{ PMULUDQ: evenDoublewords('i64x2.extmul_low_i32x4_u'), PMADDWD: pairs, PMADDUBSW: unsignedBySigned },
  }),
  PMULDQ: evenDoublewords('i64x2.extmul_low_i32x4_s'),
}
