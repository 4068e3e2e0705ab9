import { kind } from '../float/formats.ts'
import { arctangent } from './arctangent.ts'
import { constants } from './constants.ts'
import { fromFixed, type Real, toFixed } from './fixed-point.ts'
import { magnitudeOf, type Operand } from './operand.ts'
import { inexact, type Result, zero } from './result.ts'

/** The angle of the point (ST(0), ST(1)), from -pi to pi (SDM volume 2, FPATAN). */
export function fpatan(x: Operand, y: Operand): Result {
  const eighths = eighthsOf(x, y)
  if (eighths === 0) return zero(y.sign)
  const angle = eighths === null ? angleOf(x, y) : fromFixed((constants().pi * BigInt(eighths)) >> 2n)
  const { mantissa, exponent } = angle
  return inexact({ mantissa: y.sign === 0 ? mantissa : -mantissa, exponent })
}

/** Eighths of a turn where an operand is 0 or infinite. */
function eighthsOf(x: Operand, y: Operand): number | null {
  if (y.kind & kind.infinite) {
    if (x.kind & kind.infinite) return x.sign === 0 ? 1 : 3
    return 2
  }
  if (x.kind & kind.infinite || y.kind & kind.zero) return x.sign === 0 ? 0 : 4
  return x.kind & kind.zero ? 2 : null
}

/** Of y without its sign. */
function angleOf(x: Operand, y: Operand): Real {
  const [across, up] = [magnitudeOf(x), magnitudeOf(y)]
  const isSteep =
    up.exponent > across.exponent || (up.exponent === across.exponent && up.mantissa > across.mantissa)
  const small = isSteep ? arctangent(across, up) : arctangent(up, across)
  if (!isSteep && x.sign === 0) return small
  const { pi } = constants()
  const from = isSteep ? pi >> 1n : pi
  // Beyond a quarter of a turn if it is steep, below a half if it is not.
  return fromFixed(isSteep && x.sign !== 0 ? from + toFixed(small) : from - toFixed(small))
}
