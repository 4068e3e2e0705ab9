import type { ValueType } from '../wasm/opcodes.ts'

/** An interchange format of IEEE 754 whose significand does not hold its leading bit. */
export interface Format {
  readonly bits: 32 | 64
  /** Bits of the significand, the leading one included. */
  readonly precision: 24 | 53
  /** Exponent field of infinities and NaNs. */
  readonly maximum: number
  /** What the exponent of an unpacked value is above the exponent field. */
  readonly rebias: number
}

/** Bias of the extended format's exponent, and of all unpacked exponents. */
export const bias = 16383

export const single: Format = { bits: 32, precision: 24, maximum: 0xff, rebias: bias - 127 }
export const double: Format = { bits: 64, precision: 53, maximum: 0x7ff, rebias: bias - 1023 }

/**
 * Floating-point exceptions where MXCSR and the x87 status word have them, and C1 of the status word: rounded
 * away from zero (SDM volume 1, 8.1.3).
 */
export const flag = {
  invalid: 1,
  denormal: 2,
  zeroDivide: 4,
  overflow: 8,
  underflow: 16,
  precision: 32,
  /** Found before the operation is computed. */
  before: 7,
  c1: 0x200,
} as const

/**
 * What an operation is told: the x87 control word as it is (masks, precision and rounding control; SDM volume
 * 1, 8.1.5), and above it what it has not. `controlOfMxcsr` makes one of MXCSR.
 */
export const control = {
  masks: 0x3f,
  /** Bits 8 and 9: 24, reserved, 53 and 64 bits. */
  precisionShift: 8,
  extended: 3 << 8,
  /** Bits 10 and 11: to nearest, down, up, toward zero. */
  roundingShift: 10,
  rounding: 3 << 10,
  flushToZero: 1 << 12,
  denormalsAreZero: 1 << 13,
  /** NaNs are chosen as x87 does. */
  x87: 1 << 14,
} as const

export const rounding = { nearest: 0, down: 1, up: 2, zero: 3 } as const

/** What is special about an unpacked operand; 0 for a normal number. */
export const kind = {
  zero: 1,
  infinite: 2,
  denormal: 4,
  quiet: 8,
  signaling: 16,
  /** An encoding of the extended format that is none (SDM volume 1, 8.2.2). */
  unsupported: 32,
  nan: 8 + 16 + 32,
} as const

/** Exponent of unpacked infinities and NaNs, above that of every number. */
export const special = 0x10_0000

/** Exponent of unpacked zeros, below that of every number. */
export const lowest = -0x10_0000

export const top = 1n << 63n
export const quietBit = 1n << 62n

/**
 * An unpacked operand: sign, exponent, significand, kind. The value is significand / 2 ** 63 *
 * 2 ** (exponent - bias), with bit 63 set, or 0 of kind zero.
 */
export const operandTypes: readonly ValueType[] = ['i32', 'i32', 'i64', 'i32']

/**
 * A result before it is rounded: sign, exponent, significand, 64 more bits of it of which the last may stand
 * for any that follow, flags. A significand of 0 is an exact zero.
 */
export const resultTypes: readonly ValueType[] = ['i32', 'i32', 'i64', 'i64', 'i32']
