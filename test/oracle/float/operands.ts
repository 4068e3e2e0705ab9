import type { Random } from '../random.ts'
import { caseBytes, type FloatOperation, type OperandKind } from './operations.ts'

/**
 * Operands in the manner of TestFloat's case lists (Hauser, TestFloat, "testfloat_gen"): exponents at and
 * around every edge with significands of few ones or few zeros, each with each; then random ones, of which
 * many are close to each other.
 */
interface Shape {
  readonly exponentBits: number
  /** Below the leading bit. */
  readonly fractionBits: number
}

export const shapes = {
  32: { exponentBits: 8, fractionBits: 23 },
  64: { exponentBits: 11, fractionBits: 52 },
  80: { exponentBits: 15, fractionBits: 63 },
} as const satisfies Record<number, Shape>

/** A sign, an exponent field and a significand; in the extended format one with its leading bit. */
interface Parts {
  readonly negative: boolean
  readonly exponent: number
  readonly fraction: bigint
}

export type Width = keyof typeof shapes

/** Of one case. */
export type Operands = readonly [a: bigint, b: bigint]

export function operandsOf(operation: FloatOperation, random: Random, count: number): Uint8Array {
  const cornersA = corners(operation.a)
  const cornersB = operation.b === null ? [] : corners(operation.b)
  return writeOperands(Array.from({ length: count }, () => pair(operation, random, cornersA, cornersB)))
}

/** Every corner with every other. */
export function cornerOperands(operation: FloatOperation): Uint8Array {
  const seconds = operation.b === null ? [0n] : corners(operation.b)
  return writeOperands(corners(operation.a).flatMap((a) => seconds.map((b): Operands => [a, b])))
}

/** As `struct operands` of float-recorder.c. */
export function writeOperands(pairs: readonly Operands[]): Uint8Array {
  const bytes = new Uint8Array(pairs.length * caseBytes)
  const view = new DataView(bytes.buffer)
  pairs.forEach(([a, b], index) => {
    write(view, index * caseBytes, a)
    write(view, index * caseBytes + 16, b)
  })
  return bytes
}

export function write(view: DataView, at: number, value: bigint): void {
  view.setBigUint64(at, BigInt.asUintN(64, value), true)
  view.setUint16(at + 8, Number((value >> 64n) & 0xffffn), true)
}

function pair(
  { a, b }: FloatOperation,
  random: Random,
  cornersA: readonly bigint[],
  cornersB: readonly bigint[],
): Operands {
  if (b === null) return [random.oneIn(8) ? random.pick(cornersA) : anyOf(a, random), 0n]
  const second = random.oneIn(8) ? random.pick(cornersB) : anyOf(b, random)
  if (random.oneIn(8)) return [random.pick(cornersA), second]
  // Close to each other: for cancellation, and for comparisons that are near.
  if (a === b && typeof a === 'number' && random.oneIn(3)) return [near(second, a, random), second]
  return [anyOf(a, random), second]
}

function near(value: bigint, width: Width, random: Random): bigint {
  const { fractionBits } = shapes[width]
  const flips = random.oneIn(2) ? 1n << BigInt(random.below(fractionBits)) : random.long() >> 40n
  const sign = random.oneIn(2) ? 1n << BigInt(width - 1) : 0n
  const up = BigInt(random.below(3)) << BigInt(width === 80 ? 64 : fractionBits)
  return BigInt.asUintN(width, (value ^ flips ^ sign) + up)
}

/** A number of any kind, one of the corners now and then. */
export function floatOf(width: 32 | 64, random: Random): bigint {
  return random.oneIn(4) ? random.pick(corners(width)) : anyOf(width, random)
}

/** The same of 80 bits, of which some are of no kind that today's units know. */
export function extendedOf(random: Random): bigint {
  return random.oneIn(4) ? random.pick(corners(80)) : anyOf(80, random)
}

/** Eighteen digits of packed BCD with a sign. */
export function decimalOf(random: Random): bigint {
  return random.oneIn(4) ? random.pick(corners('decimal')) : anyOf('decimal', random)
}

function anyOf(kind: OperandKind, random: Random): bigint {
  if (kind === 'integer') return BigInt.asUintN(64, random.value())
  if (kind === 'decimal') return decimal(BigInt.asUintN(60, random.long()) % 10n ** 18n, random.oneIn(2))
  const { exponentBits, fractionBits } = shapes[kind]
  const all = (1 << exponentBits) - 1
  const middle = all >> 1
  const exponent = [
    () => random.below(all + 1),
    () => middle + random.below(2 * fractionBits) - fractionBits,
    () => random.below(fractionBits + 3),
    () => all - random.below(fractionBits + 3),
    () => middle + random.below(5) - 2,
  ][random.below(5)] as () => number
  return assemble(kind, {
    negative: random.oneIn(2),
    exponent: exponent(),
    fraction: fractionOf(fractionBits, random),
  })
}

/** Random, or a run of ones, or few ones: what rounds up all the way, and what is just at a half. */
export function fractionOf(bits: number, random: Random): bigint {
  const all = (1n << BigInt(bits)) - 1n
  const bit = () => 1n << BigInt(random.below(bits))
  const value = [
    () => random.long(),
    () => bit() | bit(),
    () => all ^ (bit() | bit()),
    () => all ^ (bit() - 1n),
    () => (bit() - 1n) ^ bit(),
    () => random.long() & (all ^ (bit() - 1n)),
  ][random.below(6)] as () => bigint
  return value() & all
}

export function assemble(width: Width, { negative, exponent, fraction }: Parts): bigint {
  const { exponentBits, fractionBits } = shapes[width]
  const upper = BigInt(exponent | (negative ? 1 << exponentBits : 0))
  if (width !== 80) return (upper << BigInt(fractionBits)) | fraction
  return (upper << 64n) | (exponent === 0 ? 0n : 1n << 63n) | fraction
}

const knownCorners = new Map<OperandKind, readonly bigint[]>()

function corners(kind: OperandKind): readonly bigint[] {
  const known = knownCorners.get(kind) ?? makeCorners(kind)
  knownCorners.set(kind, known)
  return known
}

function makeCorners(kind: OperandKind): readonly bigint[] {
  if (kind === 'integer') return integerCorners()
  if (kind === 'decimal')
    return [0n, 1n, 9n, 10n, 10n ** 18n - 1n, 10n ** 17n].map((n) => decimal(n, n === 9n))
  const { exponentBits, fractionBits } = shapes[kind]
  const all = (1 << exponentBits) - 1
  const middle = all >> 1
  const [top, ones] = [1n << BigInt(fractionBits - 1), (1n << BigInt(fractionBits)) - 1n]
  const exponents = [0, 1, 2, middle - 1, middle, middle + 1, middle + fractionBits, all - 1, all]
  const plain = exponents.flatMap((exponent) =>
    [0n, 1n, top, top + 1n, ones].map((fraction) => ({ exponent, fraction })),
  )
  const integerEdges = [14, 15, 16, 30, 31, 32, 62, 63, 64].flatMap((power) =>
    [0n, 1n, ones].map((fraction) => ({ exponent: middle + power, fraction })),
  )
  const list = [...plain, ...integerEdges, { exponent: middle - 2, fraction: ones }]
  const signed = list
    .filter(({ exponent }) => exponent <= all)
    .flatMap((one) => [false, true].map((negative) => assemble(kind, { ...one, negative })))
  return kind === 80 ? [...signed, ...oddExtended] : signed
}

/** Pseudo-denormals, unnormals, pseudo-infinities and pseudo-NaNs; larger than any double, and smaller. */
const oddExtended = [
  (1n << 63n) | 0n,
  (1n << 63n) | 5n,
  (0x8000n << 64n) | (1n << 63n),
  (0x3fffn << 64n) | 0x4000_0000_0000_0000n,
  (0x7fffn << 64n) | 0n,
  (0x7fffn << 64n) | 0x4000_0000_0000_0001n,
  ((0x3fffn + 1024n) << 64n) | (1n << 63n),
  ((0x3fffn - 1023n) << 64n) | (1n << 63n),
  ((0x3fffn - 1074n) << 64n) | (1n << 63n) | 1n,
  ((0x3fffn - 127n) << 64n) | ((1n << 64n) - 1n),
  (0x403an << 64n) | 0xde0b_6b3a_763f_ffffn,
  (0x403an << 64n) | 0xde0b_6b3a_7640_0000n,
]

function integerCorners(): readonly bigint[] {
  const edges = [23, 24, 31, 32, 52, 53, 54, 62, 63].flatMap((power) => {
    const one = 1n << BigInt(power)
    return [one - 1n, one, one + 1n, one | (one >> 1n), -one, 1n - one]
  })
  return [0n, 1n, -1n, ...edges].map((value) => BigInt.asUintN(64, value))
}

function decimal(magnitude: bigint, negative: boolean): bigint {
  let bits = 0n
  for (let digit = 0n, rest = magnitude; rest > 0n; digit++, rest /= 10n) bits |= (rest % 10n) << (4n * digit)
  return bits | (negative ? 1n << 79n : 0n)
}
