import { type Expression, vectorConstant } from '../wasm/expression.ts'
import type { VectorName } from '../wasm/vector-opcodes.ts'
import type { Operations, Semantic } from './operations.ts'
import { binary, inBothFiles, laneNumbers, pick, unary } from './vector-operands.ts'

/** Even and odd lanes of both operands, one with the other. */
const horizontal = (laneBytes: number, name: VectorName): Semantic =>
  binary((b, x, y) => {
    const numbers = laneNumbers(b, laneBytes).map((number) => 2 * number)
    const odd = numbers.map((number) => number + 1)
    return b.vector(name, pick(b, laneBytes, numbers, x, y), pick(b, laneBytes, odd, x, y))
  })

/** |x - y| of bytes, summed up for each eight of them. */
const absoluteDifferences = binary((b, x, y) => {
  const [more, less] = [b.vector('i8x16.sub_sat_u', x, y), b.vector('i8x16.sub_sat_u', y, x)]
  const words = b.vector('i16x8.extadd_pairwise_i8x16_u', b.vector('v128.or', more, less))
  const parts = b.vector('i32x4.extadd_pairwise_i16x8_u', words)
  const low = b.vector('v128.and', parts, vectorConstant([-1, 0, -1, 0]))
  return b.vector('i64x2.add', low, b.vector('i64x2.shr_u', parts, 32))
})

const ascending = Array.from({ length: 16 }, (_, index) => index)

/** Bytes of `vector` from the one on that an i32 says, as words; behind the last come zeros. */
function wordsFrom(b: Operations, vector: Expression, first: Expression): Expression {
  const positions = b.vector('i8x16.add', vectorConstant(ascending), b.vector('i8x16.splat', first))
  return b.vector('i16x8.extend_low_i8x16_u', b.vector('i8x16.swizzle', vector, positions))
}

/** Four bytes of the source against four bytes at each of eight places of the destination. */
const slidingDifferences: Semantic = (b) => {
  const y = b.source(1)
  const destination = b.operand(0, 'rw')
  const x = b.get(destination)
  const control = b.op32('wrap_i64', b.source(2))
  const ofX = b.op32('and', control, 4)
  const ofY = b.op32('shl', b.op32('and', control, 3), 2)
  const differences = [0, 1, 2, 3].map((step) => {
    const position = b.vector('i8x16.splat', b.op32('add', ofY, step))
    const same = b.vector('i16x8.extend_low_i8x16_u', b.vector('i8x16.swizzle', y, position))
    const words = wordsFrom(b, x, b.op32('add', ofX, step))
    return b.vector('i16x8.abs', b.vector('i16x8.sub', words, same))
  })
  const result = differences.reduce((sum, words) => b.vector('i16x8.add', sum, words))
  b.commit(() => b.set(destination, result))
}

/** The least word, and behind it the position of the first such: found as doublewords that hold both. */
const leastWord = unary((b, y) => {
  const placed = (name: VectorName, positions: readonly number[]) =>
    b.vector('v128.or', b.vector('i32x4.shl', b.vector(name, y), 16), vectorConstant(positions))
  const least = (x: Expression, other: Expression) => b.vector('i32x4.min_u', x, other)
  const four = least(
    placed('i32x4.extend_low_i16x8_u', [0, 1, 2, 3]),
    placed('i32x4.extend_high_i16x8_u', [4, 5, 6, 7]),
  )
  const two = least(four, pick(b, 8, [1, 0], four, four))
  const one = least(two, pick(b, 4, [1, 0, 3, 2], two, two))
  const nothing = vectorConstant([0, 0, 0, 0])
  return b.shuffle([2, 3, 0, 1, ...Array.from({ length: 12 }, () => 16)], one, nothing)
})

export const packedSums: Readonly<Record<string, Semantic>> = {
  ...inBothFiles({
    ...{ PHADDW: horizontal(2, 'i16x8.add'), PHADDSW: horizontal(2, 'i16x8.add_sat_s') },
    ...{ PHSUBW: horizontal(2, 'i16x8.sub'), PHSUBSW: horizontal(2, 'i16x8.sub_sat_s') },
    ...{ PHADDD: horizontal(4, 'i32x4.add'), PHSUBD: horizontal(4, 'i32x4.sub') },
    PSADBW: absoluteDifferences,
  }),
  ...{ MPSADBW: slidingDifferences, PHMINPOSUW: leastWord },
}
