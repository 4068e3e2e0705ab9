import { type Expression, op } from '../wasm/expression.ts'

export type Width = 32 | 64

/** The exponent's lowest bit once the sign has been shifted out at the top of an i64. */
export const exponentUnit = { 32: 1n << 56n, 64: 1n << 53n } as const
export const exponents = { 32: 0xffn, 64: 0x7ffn } as const

export function toFloat(width: Width, bits: Expression): Expression {
  return width === 64 ? op('f64.reinterpret_i64', bits) : op('f32.reinterpret_i32', op('i32.wrap_i64', bits))
}

export function toBits(width: Width, value: Expression): Expression {
  return width === 64
    ? op('i64.reinterpret_f64', value)
    : op('i64.extend_i32_u', op('i32.reinterpret_f32', value))
}

/** Exponent and fraction in the upper bits of an i64. */
export function magnitude(width: Width, bits: Expression): Expression {
  return op('i64.shl', bits, 65 - width)
}

export function isNoDenormal(width: Width, bits: Expression): Expression {
  return op('i64.ge_u', op('i64.sub', magnitude(width, bits), 1), exponentUnit[width] - 1n)
}

/**
 * Not 0, tiny, infinite or NaN. What is rounded up to the least normal number may have been tiny: not that.
 */
export function isNormal(width: Width, bits: Expression): Expression {
  const unit = exponentUnit[width]
  return op('i64.lt_u', op('i64.sub', magnitude(width, bits), 2n * unit), (exponents[width] - 2n) * unit)
}
