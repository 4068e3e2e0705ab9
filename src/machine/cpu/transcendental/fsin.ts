import { kind } from '../float/formats.ts'
import { cosine, sine, tangent } from './circle.ts'
import type { Real } from './fixed-point.ts'
import { magnitudeOf, type Operand } from './operand.ts'
import { inexact, invalid, type Result, unity, zero } from './result.ts'

/** Of |ST(0)| below 2 ** 63 (SDM volume 2, FSIN, FCOS, FPTAN). */
export function fsin(x: Operand): Result {
  return odd(x, sine)
}

export function fptan(x: Operand): Result {
  return odd(x, tangent)
}

export function fcos(x: Operand): Result {
  if (x.kind & kind.infinite) return invalid
  return x.kind & kind.zero ? unity : inexact(cosine(magnitudeOf(x)))
}

function odd(x: Operand, ofMagnitude: (magnitude: Real) => Real): Result {
  if (x.kind & kind.infinite) return invalid
  if (x.kind & kind.zero) return zero(x.sign)
  const { mantissa, exponent } = ofMagnitude(magnitudeOf(x))
  return inexact({ mantissa: x.sign === 0 ? mantissa : -mantissa, exponent })
}
