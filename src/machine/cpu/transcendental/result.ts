import { bias, flag, quietBit, special, top } from '../float/formats.ts'
import { bitLength, type Real } from './fixed-point.ts'
import type { Operand } from './operand.ts'

/** A result before it is rounded, as soft float takes it (`resultTypes` of `float/formats.ts`). */
export type Result = readonly [
  sign: number,
  exponent: number,
  significand: bigint,
  extra: bigint,
  flags: number,
]

export const invalid: Result = [1, special, top | quietBit, 0n, flag.invalid]

export function zero(sign: number): Result {
  return [sign, 0, 0n, 0n, 0]
}

export function infinity(sign: number, flags = 0): Result {
  return [sign, special, top, 0n, flags]
}

/** A result that is this number only nearly: there are bits behind those that it has. */
export function inexact(value: Real): Result {
  const [sign, exponent, significand, extra] = normalized(value)
  return [sign, exponent, significand, extra | 1n, 0]
}

/**
 * A result that happens to be this number. It counts as inexact all the same, and as an underflow where it is
 * denormal, as in AMD's processors (SDM volume 1, 8.5.6: "by nature produce inexact results").
 */
export function exact(value: Real): Result {
  const [sign, exponent, significand, extra] = normalized(value)
  return [sign, exponent, significand, extra, flag.precision | (exponent < 1 ? flag.underflow : 0)]
}

/** The number 1 without any flags. */
export const unity: Result = [0, bias, top, 0n, 0]

/** What an operand becomes that is outside of the range for which the manual defines a result. */
export function unchanged({ sign, exponent, significand }: Operand): Result {
  return [sign, exponent, significand, 0n, flag.precision]
}

function normalized({ mantissa, exponent }: Real): readonly [number, number, bigint, bigint] {
  const sign = mantissa < 0n ? 1 : 0
  const magnitude = sign === 0 ? mantissa : -mantissa
  const length = bitLength(magnitude)
  const above = length - 128
  const wide = above > 0 ? magnitude >> BigInt(above) : magnitude << BigInt(-above)
  return [sign, exponent + length - 1 + bias, wide >> 64n, BigInt.asUintN(64, wide)]
}
