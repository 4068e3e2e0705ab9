import { bias } from '../float/formats.ts'
import type { Real } from './fixed-point.ts'

/** As soft float unpacks it (`operandTypes` of `float/formats.ts`), the significand unsigned; no NaN. */
export interface Operand {
  readonly sign: number
  readonly exponent: number
  readonly significand: bigint
  readonly kind: number
}

/** What is not 0 and not infinite, without its sign. */
export function magnitudeOf({ exponent, significand }: Operand): Real {
  return { mantissa: significand, exponent: exponent - bias - 63 }
}

export function signedValueOf(operand: Operand): Real {
  const { mantissa, exponent } = magnitudeOf(operand)
  return { mantissa: operand.sign === 0 ? mantissa : -mantissa, exponent }
}
