/** Bits behind the point: 64 of a result, and so many more that what is lost does not show in those. */
const fractionBits = 160

export const fraction = BigInt(fractionBits)

/** 1 as a fixed-point number. */
export const one = 1n << fraction

/** The product of two fixed-point numbers, rounded down. */
export function multiply(a: bigint, b: bigint): bigint {
  return (a * b) >> fraction
}

/**
 * The square of a fixed-point number, but never so small that 1 less a part of it would be 1, or that two
 * such parts would be equal: results are to be on the right side of the number that they are next to.
 */
export function square(x: bigint): bigint {
  const product = multiply(x, x)
  return product < 4n ? 4n : product
}

/** `coefficients[0] + coefficients[1] * x + …`, of fixed-point numbers. */
export function polynomial(coefficients: readonly bigint[], x: bigint): bigint {
  let sum = 0n
  for (let index = coefficients.length - 1; index >= 0; index--) {
    sum = multiply(sum, x) + (coefficients[index] as bigint)
  }
  return sum
}

/** A number: mantissa * 2 ** exponent. Where fixed-point loses small ones, this keeps all of their bits. */
export interface Real {
  readonly mantissa: bigint
  readonly exponent: number
}

/** As a fixed-point number, rounded down. */
export function toFixed({ mantissa, exponent }: Real): bigint {
  const shift = exponent + fractionBits
  return shift >= 0 ? mantissa << BigInt(shift) : mantissa >> BigInt(-shift)
}

export function fromFixed(mantissa: bigint): Real {
  return { mantissa, exponent: -fractionBits }
}

/** Times a fixed-point number, with nothing lost. */
export function scaled({ mantissa, exponent }: Real, factor: bigint): Real {
  return { mantissa: mantissa * factor, exponent: exponent - fractionBits }
}

/**
 * The quotient, truncated behind `fractionBits` or more. `longer` is how many bits the mantissa of the
 * divisor may have more than that of the dividend.
 */
export function quotient(a: Real, b: Real, longer = 0): Real {
  const shift = fractionBits + longer
  return { mantissa: (a.mantissa << BigInt(shift)) / b.mantissa, exponent: a.exponent - b.exponent - shift }
}

/** Bits of a positive integer. */
export function bitLength(value: bigint): number {
  const digits = value.toString(16)
  return 4 * digits.length + 28 - Math.clz32(Number.parseInt(digits.charAt(0), 16))
}
