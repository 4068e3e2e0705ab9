import type { Random } from '../random.ts'
import { assemble, type Operands, shapes, type Width, writeOperands } from './operands.ts'
import type { FloatOperation, OperandKind } from './operations.ts'

/**
 * What TestFloat's second level has and the corners have not: every significand of one bit, of all bits but
 * one, of a run of ones from either end, with every exponent at which something changes. Each comes once as
 * each operand; the other one is any of them.
 */
export function denseOperands({ a, b }: FloatOperation, random: Random): Uint8Array {
  const first = patterns(a)
  if (b === null) return writeOperands(first.map((value) => [value, 0n]))
  const second = patterns(b)
  const pairs: Operands[] = [
    ...first.map((value): Operands => [value, random.pick(second)]),
    ...second.map((value): Operands => [random.pick(first), value]),
  ]
  return writeOperands(pairs)
}

const known = new Map<OperandKind, readonly bigint[]>()

function patterns(kind: OperandKind): readonly bigint[] {
  const list = known.get(kind) ?? makePatterns(kind)
  known.set(kind, list)
  return list
}

/** Exponents, without bias, at which a conversion to another format or to an integer changes its way. */
const edges = [
  ...[-1075, -1074, -1023, -1022, -150, -149, -127, -126, -2, -1, 0, 1, 2],
  ...[14, 15, 16, 30, 31, 32, 62, 63, 64, 127, 128, 1023, 1024],
]

function makePatterns(kind: OperandKind): readonly bigint[] {
  if (kind === 'integer') return runs(64n).flatMap((value) => [value, value + 1n, -value])
  if (kind === 'decimal')
    return runs(59n)
      .map((value) => value % 10n ** 18n)
      .map(packed)
  return floatPatterns(kind)
}

function floatPatterns(width: Width): readonly bigint[] {
  const { exponentBits, fractionBits } = shapes[width]
  const all = (1 << exponentBits) - 1
  const middle = all >> 1
  const ends = [0, 1, 2, 3, fractionBits, fractionBits + 1, all - 3, all - 2, all - 1, all]
  const around = [-1, 0, 1].flatMap((by) => [middle + fractionBits + by, middle - fractionBits + by])
  const exponents = new Set([...ends, ...around, ...edges.map((edge) => middle + edge)])
  const fractions = runs(BigInt(fractionBits))
  return [...exponents]
    .filter((exponent) => exponent >= 0 && exponent <= all)
    .flatMap((exponent) =>
      fractions.flatMap((fraction) =>
        [false, true].map((negative) => assemble(width, { negative, exponent, fraction })),
      ),
    )
}

/** 0, and values of so many bits: one bit, all but one, ones below a bit, ones from it on. */
function runs(bits: bigint): readonly bigint[] {
  const all = (1n << bits) - 1n
  const each = Array.from({ length: Number(bits) }, (_, index) => 1n << BigInt(index))
  return [...new Set([0n, ...each.flatMap((bit) => [bit, all ^ bit, bit - 1n, all ^ (bit - 1n)])])]
}

/** As binary coded decimal. */
function packed(value: bigint): bigint {
  return BigInt(`0x${value}`)
}
