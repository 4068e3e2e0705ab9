import { constants, lessStep, nearestStep, steps } from './constants.ts'
import { fromFixed, multiply, one, polynomial, type Real, scaled, toFixed } from './fixed-point.ts'

/** 2 ** x - 1 for -1 < x < 1: 2 ** (i / 64 + f) where |f| is up to 1 / 128. */
export function powerLessOne(x: Real): Real {
  const { exponential, ln2, powers } = constants()
  const step = nearestStep(toFixed(x))
  const rest = scaled(lessStep(x, step), ln2)
  const fixed = toFixed(rest)
  const growth = polynomial(exponential, fixed)
  if (step === 0) return scaled(rest, growth)
  const power = step < 0 ? (powers[step + steps] as bigint) >> 1n : (powers[step] as bigint)
  return fromFixed(power - one + multiply(power, multiply(fixed, growth)))
}
