import { constant, type Expression, op, select } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import { bias, control, double, type Format, flag, single, top } from './formats.ts'

/** What most loads and stores of x87 come to, in a few instructions: without `unpack` and `roundPack`. */

const formats: Readonly<Record<32 | 64, Format>> = { 32: single, 64: double }

/** Returns significand, sign and exponent, and no flags of a normal number. */
export function returnNormal(f: FunctionBuilder, width: 32 | 64, bits: Local): void {
  const { precision, maximum, rebias } = formats[width]
  const field = op('i32.wrap_i64', op('i64.shr_u', bits, precision - 1))
  const exponent = f.let(op('i32.and', field, maximum))
  f.if(op('i32.lt_u', op('i32.sub', exponent, 1), maximum - 1), () => {
    const significand = op('i64.or', op('i64.shl', bits, 64 - precision), top)
    const sign = op('i32.shl', op('i32.wrap_i64', op('i64.shr_u', bits, width - 1)), 15)
    f.return(significand, op('i32.or', sign, op('i32.add', exponent, rebias)), 0)
  })
}

/** Returns bits and flags of a normal number, rounded to the nearest, that is neither tiny nor huge. */
export function returnNearest(
  f: FunctionBuilder,
  width: 32 | 64,
  [low, high, how]: readonly [Local, Local, Local],
): void {
  const { precision, maximum, rebias } = formats[width]
  const extra = 64 - precision
  const field = f.let(op('i32.sub', op('i32.and', high, 0x7fff), rebias + 1))
  // One below the greatest: rounding up may carry.
  const fits = op('i32.lt_u', field, maximum - 2)
  const isNormal = op('i32.and', fits, op('i64.lt_s', low, 0))
  const isNearest = op('i32.eqz', op('i32.and', how, control.rounding))
  f.if(op('i32.and', isNormal, isNearest), () => {
    const kept = f.let(op('i64.shr_u', low, extra))
    const rest = f.let(op('i64.and', low, (1n << BigInt(extra)) - 1n))
    const half = 1n << BigInt(extra - 1)
    const isOdd = op('i32.wrap_i64', op('i64.and', kept, 1))
    const tie = op('i32.and', op('i64.eq', rest, half), isOdd)
    const isUp = f.let(op('i32.or', op('i64.gt_u', rest, half), tie))
    const sign = op('i64.shl', op('i64.extend_i32_u', op('i32.shr_u', high, 15)), width - 1)
    // The leading bit adds 1 to the field of the exponent.
    const number = op('i64.add', op('i64.shl', op('i64.extend_i32_u', field), precision - 1), kept)
    const rounded = op('i64.add', number, op('i64.extend_i32_u', isUp))
    const inexact = op('i32.or', op('i32.mul', isUp, flag.c1), flag.precision)
    const flags = select(op('i64.eqz', rest), constant('i32', 0), inexact)
    f.return(op('i64.or', sign, rounded), flags)
  })
}

/** A signed integer as significand, and sign and exponent. */
export function packInteger(f: FunctionBuilder, integer: Expression): readonly [Expression, Expression] {
  const value = f.let(integer)
  const sign = f.let(op('i64.shr_u', value, 63))
  const magnitude = f.let(select(op('i32.wrap_i64', sign), op('i64.sub', 0, value), value))
  const zeros = f.let(op('i64.clz', magnitude))
  const exponent = op('i32.sub', bias + 63, op('i32.wrap_i64', zeros))
  const upper = op('i32.or', op('i32.shl', op('i32.wrap_i64', sign), 15), exponent)
  return [op('i64.shl', magnitude, zeros), select(op('i64.eqz', magnitude), constant('i32', 0), upper)]
}
