import { fraction, type Real } from './fixed-point.ts'

/** Steps of the tables in a unit: 2 ** 6. */
export const steps = 64
const stepBits = 6

/** The step of the tables that is nearest to a fixed-point number. */
export function nearestStep(x: bigint): number {
  return Number(((x >> (fraction - BigInt(stepBits + 1))) + 1n) >> 1n)
}

/** Less a step: what is left of one that is not 0 has no bits below those of x. */
export function lessStep({ mantissa, exponent }: Real, step: number): Real {
  if (step === 0) return { mantissa, exponent }
  return { mantissa: mantissa - (BigInt(step) << BigInt(-exponent - stepBits)), exponent }
}

/** All are fixed-point numbers; tables are by 64ths. */
export interface Constants {
  readonly pi: bigint
  /** Natural logarithm of 2. */
  readonly ln2: bigint
  /** 2 / ln 2. */
  readonly twiceLog2E: bigint
  /** Coefficients of x, of (e ** x - 1) / x. */
  readonly exponential: readonly bigint[]
  /** Of x ** 2: sin x / x, cos x, atan x / x, atanh x / x. */
  readonly sine: readonly bigint[]
  readonly cosine: readonly bigint[]
  readonly arctangent: readonly bigint[]
  readonly areaTangent: readonly bigint[]
  /** 2 ** (i / 64) for i to 64. */
  readonly powers: readonly bigint[]
  /** log2(i / 64) at i - 64, for i from 64 to 128. */
  readonly logarithms: readonly bigint[]
  /** atan(i / 64) for i to 64. */
  readonly arctangents: readonly bigint[]
  /** sin(i / 64) and cos(i / 64) for i to 51, which is above pi / 4. */
  readonly sines: readonly bigint[]
  readonly cosines: readonly bigint[]
}

let computed: Constants | null = null

export function constants(): Constants {
  computed ??= compute()
  return computed
}

/** What is computed here has more bits, so that all that is handed out is right but for its last one. */
const guard = 40n
const one = 1n << (fraction + guard)

const times = (a: bigint, b: bigint) => (a * b) / one
const over = (a: bigint, b: bigint) => (a * one) / b
const rounded = (value: bigint) => ((value >> (guard - 1n)) + 1n) >> 1n

/** x + sign * x ** 3 / 3 + x ** 5 / 5 + …: atan for a sign of -1, atanh for 1. */
function inverseTangent(x: bigint, sign: -1n | 1n): bigint {
  const square = sign * times(x, x)
  let sum = 0n
  for (let power = x, n = 1n; power !== 0n; power = times(power, square), n += 2n) sum += power / n
  return sum
}

/** `count` of sign ** i * one / divisor(i). */
function coefficients(count: number, sign: -1n | 1n, divisor: (index: number) => bigint): bigint[] {
  return Array.from({ length: count }, (_, index) => rounded((sign ** BigInt(index) * one) / divisor(index)))
}

function factorial(n: number): bigint {
  let product = 1n
  for (let factor = 2n; factor <= n; factor++) product *= factor
  return product
}

/** first, next(first, 0), next(next(first, 0), 1) …: `count` of them. */
function sequence<Item>(count: number, first: Item, next: (item: Item, index: number) => Item): Item[] {
  const items = [first]
  for (let index = 0; index + 1 < count; index++) items.push(next(items[index] as Item, index))
  return items
}

function compute(): Constants {
  const ln2 = 2n * inverseTangent(one / 3n, 1n)
  // Machin's formula.
  const pi = 16n * inverseTangent(one / 5n, -1n) - 4n * inverseTangent(one / 239n, -1n)
  const unit = BigInt(steps)
  const root = power(ln2 / unit)
  const step = one / unit
  const [sine, cosine] = [series(step, 1), series(step, 0)]
  const circle = sequence(52, { sine: 0n, cosine: one }, (at) => ({
    sine: times(at.sine, cosine) + times(at.cosine, sine),
    cosine: times(at.cosine, cosine) - times(at.sine, sine),
  }))
  const logarithms = sequence(steps + 1, 0n, (logarithm, index) => {
    const between = BigInt(2 * (steps + index) + 1)
    return logarithm + over(2n * inverseTangent(one / between, 1n), ln2)
  })
  const arctangents = sequence(steps + 1, 0n, (arctangent, index) => {
    const between = BigInt(steps ** 2 + index * (index + 1))
    return arctangent + inverseTangent((unit * one) / between, -1n)
  })
  return {
    ...{ pi: rounded(pi), ln2: rounded(ln2), twiceLog2E: rounded(over(2n * one, ln2)) },
    exponential: coefficients(17, 1n, (index) => factorial(index + 1)),
    sine: coefficients(9, -1n, (index) => factorial(2 * index + 1)),
    cosine: coefficients(10, -1n, (index) => factorial(2 * index)),
    arctangent: coefficients(12, -1n, (index) => BigInt(2 * index + 1)),
    areaTangent: coefficients(11, 1n, (index) => BigInt(2 * index + 1)),
    powers: sequence(steps + 1, one, (at) => times(at, root)).map(rounded),
    logarithms: logarithms.map(rounded),
    arctangents: arctangents.map(rounded),
    sines: circle.map((at) => rounded(at.sine)),
    cosines: circle.map((at) => rounded(at.cosine)),
  }
}

/** e ** x */
function power(x: bigint): bigint {
  let sum = 0n
  for (let term = one, n = 1n; term !== 0n; term = times(term, x) / n, n++) sum += term
  return sum
}

/** The sine of x from its first power, the cosine from its zeroth. */
function series(x: bigint, first: 0 | 1): bigint {
  const square = -times(x, x)
  let sum = 0n
  let n = BigInt(first)
  for (let term = first === 0 ? one : x; term !== 0n; n += 2n) {
    sum += term
    term = times(term, square) / ((n + 1n) * (n + 2n))
  }
  return sum
}
