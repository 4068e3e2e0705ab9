import { constants, steps } from './constants.ts'
import {
  bitLength,
  fraction,
  fromFixed,
  multiply,
  one,
  polynomial,
  quotient,
  type Real,
  scaled,
  toFixed,
} from './fixed-point.ts'

/** Steps above this are nearer to 2 than to 1. */
const sqrt2 = 90

/** log2(x) for x > 0, or an integer where that is exact: 2 ** k * i / 64 * (1 + w) / (1 - w) with small w. */
export function logarithm({ mantissa, exponent }: Real): Real | number {
  const { logarithms } = constants()
  const places = bitLength(mantissa) - 1
  const step = Number((((mantissa * BigInt(2 * steps)) >> BigInt(places)) + 1n) >> 1n)
  const isUpper = step > sqrt2
  const power = exponent + places + (isUpper ? 1 : 0)
  const scaledUp = mantissa * BigInt(steps)
  const nearest = BigInt(step) << BigInt(places)
  const difference = { mantissa: scaledUp - nearest, exponent: 0 }
  const isPower = step === steps || step === 2 * steps
  if (isPower && difference.mantissa === 0n) return power
  const w = quotient(difference, { mantissa: scaledUp + nearest, exponent: 0 }, places + 9)
  if (isPower && power === 0) return areaTangent(w)
  const ofStep = (logarithms[step - steps] as bigint) - (isUpper ? one : 0n)
  return fromFixed((BigInt(power) << fraction) + ofStep + toFixed(areaTangent(w)))
}

/** log2(1 + x) for |x| < 1 / 128, however small. */
export function logarithmOfOneAnd(x: Real): Real {
  return areaTangent(quotient(x, fromFixed(2n * one + toFixed(x)), Number(fraction) - 62))
}

/** log2((1 + w) / (1 - w)) */
function areaTangent(w: Real): Real {
  const { areaTangent: coefficients, twiceLog2E } = constants()
  const fixed = toFixed(w)
  return scaled(w, multiply(polynomial(coefficients, multiply(fixed, fixed)), twiceLog2E))
}
