import type { Transcendental } from '../../../src/machine/cpu/float/transcendental.ts'
import type { Random } from '../random.ts'
import { assemble, cornerOperands, fractionOf, write } from './operands.ts'
import { caseBytes, type FloatOperation } from './operations.ts'

/**
 * Operands whose result is a number by the manual, without a look at tables of special ones: corners, and
 * random ones that are mostly where an operation is of interest.
 */
export function ordinaryCorners(operation: FloatOperation): Uint8Array {
  const all = cornerOperands(operation)
  const view = new DataView(all.buffer)
  const kept: number[] = []
  for (let at = 0; at < all.length; at += caseBytes) {
    const [a, b] = [extendedAt(view, at), extendedAt(view, at + 16)]
    if (isOrdinary(operation, a, b)) kept.push(...all.subarray(at, at + caseBytes))
  }
  return Uint8Array.from(kept)
}

export function ordinaryOperands(operation: FloatOperation, random: Random, count: number): Uint8Array {
  const bytes = new Uint8Array(count * caseBytes)
  const view = new DataView(bytes.buffer)
  for (let index = 0; index < count; ) {
    const [a, b] = choosers[operation.name as Transcendental](random)
    if (!isOrdinary(operation, a, b)) continue
    write(view, index * caseBytes, a)
    if (operation.b !== null) write(view, index * caseBytes + 16, b)
    index++
  }
  return bytes
}

type Pair = readonly [st0: bigint, st1: bigint]

const middle = 16383
const one = 1n << 63n

const choosers: Readonly<Record<Transcendental, (random: Random) => Pair>> = {
  f2xm1: (random) => [random.oneIn(4) ? besideStep(random) : numberOf(random, -75, 0), 0n],
  fyl2x: (random) => [random.oneIn(3) ? besideOne(random) : positive(factor(random)), factor(random)],
  fyl2xp1: (random) => [random.oneIn(4) ? besideStep(random) : numberOf(random, -75, -2), factor(random)],
  fpatan: (random) => {
    const y = factor(random)
    if (random.oneIn(3)) return [factor(random), y]
    const apart = random.below(random.oneIn(2) ? 3 : 150)
    const field = (Number(y >> 64n) & 0x7fff) + (random.oneIn(2) ? apart : -apart)
    return [beside(field, random), y]
  },
  fptan: angle,
  fsin: angle,
  fcos: angle,
}

function angle(random: Random): Pair {
  return [random.oneIn(3) ? besideQuarter(random) : numberOf(random, -75, 62), 0n]
}

/** With an exponent from `low` to `high`; any now and then. */
function numberOf(random: Random, low: number, high: number): bigint {
  const any = () => (random.oneIn(2) ? random.below(100) : random.below(2 * middle + 1))
  return beside(random.oneIn(8) ? any() : middle + low + random.below(high - low + 1), random)
}

function factor(random: Random): bigint {
  return numberOf(random, -20, 20)
}

function beside(field: number, random: Random): bigint {
  const fraction = fractionOf(63, random)
  const exponent = Math.min(Math.max(field, 0), 2 * middle)
  const value = assemble(80, { negative: random.oneIn(2), exponent, fraction })
  // Of denormals the leading ones are as random as the rest.
  return exponent === 0 ? (value & ~(one - 1n)) | (fraction >> BigInt(random.below(60))) : value
}

function positive(value: bigint): bigint {
  return value & ~(1n << 79n)
}

/** 1 and a little. */
function besideOne(random: Random): bigint {
  const little = fractionOf(63, random) >> BigInt(random.below(63))
  return (BigInt(middle - random.below(2)) << 64n) | (random.oneIn(2) ? one | little : 2n * one - 1n - little)
}

/** Close to a multiple of 1 / 128 below 1, where tables change over. */
function besideStep(random: Random): bigint {
  const little = random.long() >> BigInt(9 + random.below(55))
  const magnitude = (BigInt(1 + random.below(127)) << 57n) + (random.oneIn(2) ? little : -little)
  return normalized(magnitude, 64, random)
}

/** Close to a multiple of a quarter turn. */
function besideQuarter(random: Random): bigint {
  const quarters = (random.long() >> BigInt(random.below(63))) | 1n
  const pi = 0xc_90fd_aa22_168c_234cn + (random.oneIn(2) ? 0n : 1n)
  return normalized(quarters * pi, 67, random)
}

/** `magnitude` / 2 ** `places` with a sign, cut to 64 bits and a little beside that now and then. */
function normalized(magnitude: bigint, places: number, random: Random): bigint {
  const length = magnitude.toString(2).length
  const cut = length > 64 ? magnitude >> BigInt(length - 64) : magnitude << BigInt(64 - length)
  const moved = (cut + BigInt(random.below(5) - 2)) | one
  const sign = random.oneIn(2) ? 1n << 79n : 0n
  return sign | (BigInt(middle + length - 1 - places) << 64n) | BigInt.asUintN(64, moved)
}

/** The largest |x| of FYL2XP1: 1 less the root of 1 / 2. */
const limit = (BigInt(middle - 2) << 64n) | 0x95f6_1998_0c43_36f7n

function isOrdinary({ name, b: second }: FloatOperation, a: bigint, b: bigint): boolean {
  if (!isNumber(a) || (second !== null && !isNumber(b))) return false
  const magnitude = positive(a)
  const unity = (BigInt(middle) << 64n) | one
  switch (name as Transcendental) {
    case 'f2xm1':
      return magnitude <= unity
    case 'fyl2x':
      return a === magnitude && a !== unity
    case 'fyl2xp1':
      return magnitude <= limit
    case 'fpatan':
      return true
    default:
      return magnitude < BigInt(middle + 63) << 64n
  }
}

/** Neither 0 nor infinite nor a NaN nor unsupported. */
function isNumber(value: bigint): boolean {
  const field = Number(value >> 64n) & 0x7fff
  const significand = BigInt.asUintN(64, value)
  return field !== 0x7fff && significand !== 0n && (field === 0 || significand >= one)
}

function extendedAt(view: DataView, at: number): bigint {
  return (BigInt(view.getUint16(at + 8, true)) << 64n) | view.getBigUint64(at, true)
}
