import { constants, lessStep, nearestStep } from './constants.ts'
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

/** Half of the processor's pi, which has 66 bits (SDM volume 1, 8.3.8), by 2 ** -67. */
const quarterTurn = 0xc_90fd_aa22_168c_234cn
const quarterPlaces = 67

/** Sine and cosine of x > 0, which has 64 bits and is below 2 ** 63. */
export function sine(x: Real): Real {
  return coordinate(x, 0)
}

export function cosine(x: Real): Real {
  return coordinate(x, 1)
}

function coordinate(x: Real, ahead: 0 | 1): Real {
  const { quarters, rest } = reduce(x)
  const quadrant = (quarters + ahead) & 3
  const point = pointAt(rest)
  const { mantissa, exponent } = quadrant & 1 ? point.cosine : point.sine
  return { mantissa: quadrant & 2 ? -mantissa : mantissa, exponent }
}

/** The tangent of such an x. */
export function tangent(x: Real): Real {
  const { quarters, rest } = reduce(x)
  const { sine, cosine } = pointAt(rest)
  if (quarters & 1) return quotient(cosine, { mantissa: -sine.mantissa, exponent: sine.exponent }, 80)
  return quotient(sine, cosine)
}

/** An angle of |rest| up to an eighth of a turn, behind so many quarters of it. */
function reduce(x: Real): { readonly quarters: number; readonly rest: Real } {
  if (x.exponent < -64) return { quarters: 0, rest: x }
  const angle = x.mantissa << BigInt(x.exponent + quarterPlaces)
  const quarters = (2n * angle + quarterTurn) / (2n * quarterTurn)
  const rest = { mantissa: angle - quarters * quarterTurn, exponent: -quarterPlaces }
  return { quarters: Number(quarters & 3n), rest }
}

/** Where an angle of up to an eighth of a turn comes to: i / 64 + f where |f| is up to 1 / 128. */
function pointAt({ mantissa, exponent }: Real): { readonly sine: Real; readonly cosine: Real } {
  const isNegative = mantissa < 0n
  const angle = { mantissa: isNegative ? -mantissa : mantissa, exponent }
  const { sine, cosine, sines, cosines } = constants()
  const step = nearestStep(toFixed(angle))
  const rest = lessStep(angle, step)
  const fixed = toFixed(rest)
  const squared = square(fixed)
  const [s, c] = [polynomial(sine, squared), polynomial(cosine, squared)]
  if (step === 0) return { sine: scaled({ mantissa, exponent }, s), cosine: fromFixed(c) }
  const [sineOfStep, cosineOfStep] = [sines[step] as bigint, cosines[step] as bigint]
  const small = multiply(fixed, s)
  const y = multiply(sineOfStep, c) + multiply(cosineOfStep, small)
  const x = multiply(cosineOfStep, c) - multiply(sineOfStep, small)
  return { sine: fromFixed(isNegative ? -y : y), cosine: fromFixed(x) }
}
