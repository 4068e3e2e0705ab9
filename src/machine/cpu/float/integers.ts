import { constant, type Expression, type FunctionReference, op, select } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { bias, control, flag, kind, operandTypes, resultTypes } from './formats.ts'
import { denormalFlag, type Operand } from './nan.ts'
import type { Rounding } from './round.ts'
import type { Wide } from './wide.ts'

/** Between numbers and integers. `control.rounding` decides; truncation is rounding toward zero. */
export interface IntegerConversions {
  /** `(operand, control) → magnitude, flags` of a number below 2 ** 64. */
  readonly magnitude: FunctionReference
  /**
   * `(operand, control, limit) → integer, flags`, signed. `limit`, a power of 2, is the first that does not
   * fit, and negated the indefinite value.
   */
  readonly toInteger: FunctionReference
  /** `(integer) → result`, signed and exact. */
  readonly fromInteger: FunctionReference
  /** `(operand, control) → result`, rounded to an integer. */
  readonly roundToIntegral: FunctionReference
}

type Parameters = readonly [...Operand, Local, Local]

export function defineIntegers(
  module: ModuleBuilder,
  rounding: Rounding,
  wide: Wide,
  chooseNan: FunctionReference,
): IntegerConversions {
  const magnitude = module.function('magnitude', [...operandTypes, 'i32'], ['i64', 'i32'], (f) => {
    const [sign, exponent, significand, , how] = f.parameters as unknown as Parameters
    const distance = op('i32.sub', bias + 63, exponent)
    const [whole, extra] = f.call(wide.shiftRightJam, significand, 0, distance) as [Local, Local]
    f.return(...f.call(rounding.to64, sign, whole, extra, how))
  })
  const fromInteger = module.function('fromInteger', ['i64'], resultTypes, (f) => {
    const [integer] = f.parameters as [Local]
    const sign = f.let(op('i32.wrap_i64', op('i64.shr_u', integer, 63)))
    returnMagnitude(f, sign, f.let(absolute(integer, sign)), constant('i32', 0))
  })
  return {
    magnitude,
    fromInteger,
    toInteger: defineToInteger(module, magnitude),
    roundToIntegral: defineRoundToIntegral(module, magnitude, chooseNan),
  }
}

function defineToInteger(module: ModuleBuilder, magnitude: FunctionReference): FunctionReference {
  return module.function('toInteger', [...operandTypes, 'i32', 'i64'], ['i64', 'i32'], (f) => {
    const [sign, exponent, significand, which, how, limit] = f.parameters as unknown as Parameters
    const indefinite = () => f.return(op('i64.sub', 0, limit), flag.invalid)
    f.if(isTooLarge(exponent), indefinite)
    const [whole, flags] = f.call(magnitude, sign, exponent, significand, which, how) as [Local, Local]
    const most = op('i64.sub', op('i64.add', limit, op('i64.extend_i32_u', sign)), 1)
    f.if(op('i64.gt_u', whole, most), indefinite)
    f.return(absolute(whole, sign), flags)
  })
}

function defineRoundToIntegral(
  module: ModuleBuilder,
  magnitude: FunctionReference,
  chooseNan: FunctionReference,
): FunctionReference {
  return module.function('roundToIntegral', [...operandTypes, 'i32'], resultTypes, (f) => {
    const [sign, exponent, significand, which, how] = f.parameters as unknown as Parameters
    const operand = [sign, exponent, significand, which] as const
    f.if(op('i32.and', which, kind.nan), () => f.return(...f.call(chooseNan, ...operand, ...operand, how)))
    const isX87 = op('i32.and', how, control.x87)
    const denormal = f.let(select(isX87, denormalFlag(which), constant('i32', 0)))
    f.if(op('i32.ge_s', exponent, bias + 63), () => f.return(sign, exponent, significand, 0, denormal))
    const [whole, flags] = f.call(magnitude, ...operand, how) as [Local, Local]
    returnMagnitude(f, sign, whole, op('i32.or', flags, denormal))
  })
}

/** True of everything from 2 ** 64 on, infinities and NaNs. */
export function isTooLarge(exponent: Expression): Expression {
  return op('i32.gt_s', exponent, bias + 63)
}

/** `value` negated where `sign` is 1. */
function absolute(value: Expression, sign: Expression): Expression {
  return select(sign, op('i64.sub', 0, value), value)
}

function returnMagnitude(f: FunctionBuilder, sign: Local, magnitude: Local, flags: Expression): void {
  const zeros = f.let(op('i64.clz', magnitude))
  const exponent = op('i32.sub', bias + 63, op('i32.wrap_i64', zeros))
  f.return(sign, exponent, op('i64.shl', magnitude, zeros), 0, flags)
}
