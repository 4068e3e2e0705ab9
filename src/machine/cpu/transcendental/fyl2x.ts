import { bias, flag, kind } from '../float/formats.ts'
import type { Real } from './fixed-point.ts'
import { logarithm, logarithmOfOneAnd } from './logarithm.ts'
import { magnitudeOf, type Operand, signedValueOf } from './operand.ts'
import { exact, inexact, infinity, invalid, type Result, unchanged, zero } from './result.ts'

/** ST(1) * log2(ST(0)) (SDM volume 2, FYL2X). */
export function fyl2x(x: Operand, y: Operand): Result {
  if (x.kind & kind.zero) {
    if (y.kind & kind.zero) return invalid
    return infinity(y.sign ^ 1, y.kind & kind.infinite ? 0 : flag.zeroDivide)
  }
  if (x.sign !== 0) return invalid
  if (x.kind & kind.infinite) return y.kind & kind.zero ? invalid : infinity(y.sign)
  const ofX = logarithm(magnitudeOf(x))
  if (ofX === 0) return y.kind & kind.infinite ? invalid : zero(y.sign)
  return product(ofX, y, x.exponent < bias ? 1 : 0)
}

/**
 * ST(1) * log2(ST(0) + 1). The manual defines it for |ST(0)| up to 1 - sqrt(1 / 2) (SDM volume 2, FYL2XP1);
 * what is above has its logarithm, what has none stays.
 */
export function fyl2xp1(x: Operand, y: Operand): Result {
  if (x.kind & kind.infinite) return x.sign !== 0 || y.kind & kind.zero ? invalid : infinity(y.sign)
  if (x.kind & kind.zero) return y.kind & kind.infinite ? invalid : zero(y.sign ^ x.sign)
  if (y.kind & (kind.infinite | kind.zero)) return product(0, y, x.sign)
  if (x.sign !== 0 && x.exponent >= bias) return unchanged(x)
  return product(logarithmOfSum(x), y, x.sign)
}

function logarithmOfSum(x: Operand): Real | number {
  const value = signedValueOf(x)
  if (x.exponent < bias - 7) return logarithmOfOneAnd(value)
  // Beside such a number, 1 is nothing.
  if (x.exponent > bias + 200) return logarithm(value)
  const { mantissa, exponent } = value
  if (exponent > 0) return logarithm({ mantissa: (mantissa << BigInt(exponent)) + 1n, exponent: 0 })
  return logarithm({ mantissa: mantissa + (1n << BigInt(-exponent)), exponent })
}

/** Of ST(1) and a logarithm, an integer where that is exact, with this sign. */
function product(logarithm: Real | number, y: Operand, sign: number): Result {
  if (y.kind & kind.infinite) return infinity(y.sign ^ sign)
  if (y.kind & kind.zero) return zero(y.sign ^ sign)
  const { mantissa, exponent } = signedValueOf(y)
  if (typeof logarithm === 'number') return exact({ mantissa: mantissa * BigInt(logarithm), exponent })
  return inexact({ mantissa: mantissa * logarithm.mantissa, exponent: exponent + logarithm.exponent })
}
