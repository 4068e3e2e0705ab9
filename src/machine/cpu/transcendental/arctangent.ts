import { constants, steps } from './constants.ts'
import {
  fromFixed,
  multiply,
  polynomial,
  quotient,
  type Real,
  scaled,
  square,
  toFixed,
} from './fixed-point.ts'

/** atan(a / b) for 0 < a <= b, which have 64 bits each: atan(i / 64) + atan(t) with small t. */
export function arctangent(a: Real, b: Real): Real {
  const { arctangent: coefficients, arctangents } = constants()
  const apart = b.exponent - a.exponent
  const [numerator, denominator] = [a.mantissa, apart < 8 ? b.mantissa << BigInt(apart) : 0n]
  const step = apart < 8 ? Number(((2n * BigInt(steps) * numerator) / denominator + 1n) >> 1n) : 0
  if (step === 0) {
    const t = quotient(a, b)
    return scaled(t, polynomial(coefficients, square(toFixed(t))))
  }
  const [unit, nearest] = [BigInt(steps), BigInt(step)]
  const above = { mantissa: unit * numerator - nearest * denominator, exponent: 0 }
  const below = { mantissa: unit * denominator + nearest * numerator, exponent: 0 }
  const t = toFixed(quotient(above, below))
  return fromFixed((arctangents[step] as bigint) + multiply(t, polynomial(coefficients, square(t))))
}
