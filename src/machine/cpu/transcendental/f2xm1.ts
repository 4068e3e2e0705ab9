import { bias, kind, top } from '../float/formats.ts'
import { powerLessOne } from './exponential.ts'
import { magnitudeOf, type Operand, signedValueOf } from './operand.ts'
import { exact, inexact, infinity, type Result, unchanged, zero } from './result.ts'

/** 2 ** ST(0) - 1. The manual defines it from -1 to 1 (SDM volume 2, F2XM1). */
export function f2xm1(x: Operand): Result {
  if (x.kind & kind.zero) return zero(x.sign)
  if (x.kind & kind.infinite) return x.sign === 0 ? infinity(0) : [1, bias, top, 0n, 0]
  if (x.exponent < bias) return inexact(powerLessOne(signedValueOf(x)))
  if (x.exponent > bias || x.significand !== top) return unchanged(x)
  const { mantissa, exponent } = magnitudeOf(x)
  return exact(x.sign === 0 ? { mantissa, exponent } : { mantissa: -mantissa, exponent: exponent - 1 })
}
