import { type Expression, type FunctionReference, op, select } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { control, flag, kind, operandTypes, quietBit, resultTypes, special, top } from './formats.ts'

/** An unpacked operand's parts, see `operandTypes`. */
export type Operand = readonly [sign: Local, exponent: Local, significand: Local, kind: Local]

/** The operands and the last parameter of a function with the parameters of `pairTypes`. */
export type Pair = readonly [...Operand, ...Operand, Local]

/** Two operands and the control. */
export const pairTypes = [...operandTypes, ...operandTypes, 'i32'] as const

/**
 * `(operand, operand, control) → result`, where one of them is a NaN or unsupported: SSE takes the first NaN,
 * x87 prefers quiet ones and then the larger (SDM volume 1, table 4-7).
 */
export function defineChooseNan(module: ModuleBuilder): FunctionReference {
  return module.function('chooseNan', pairTypes, resultTypes, (f) => {
    const [signA, , a, kindA, signB, , b, kindB, how] = f.parameters as unknown as Pair
    const either = f.let(op('i32.or', kindA, kindB))
    f.if(op('i32.and', either, kind.unsupported), () => returnInvalid(f))
    const isNan = (which: Local) => op('i32.and', which, kind.nan)
    const first = f.let(op('i32.ne', isNan(kindA), 0))
    f.if(op('i32.and', op('i32.ne', op('i32.and', how, control.x87), 0), first), () => {
      f.if(isNan(kindB), () => f.set(first, preferredByX87(signA, a, kindA, signB, b, kindB)))
    })
    const significand = op('i64.or', select(first, a, b), quietBit)
    f.return(select(first, signA, signB), special, significand, 0, invalidIfSignaling(either))
  })
}

function preferredByX87(
  signA: Local,
  a: Local,
  kindA: Local,
  signB: Local,
  b: Local,
  kindB: Local,
): Expression {
  // Of equal significands the positive one.
  const larger = select(op('i64.eq', a, b), op('i32.lt_u', signA, signB), op('i64.gt_u', a, b))
  // `kind.quiet` is below `kind.signaling`.
  return select(op('i32.eq', kindA, kindB), larger, op('i32.lt_u', kindA, kindB))
}

/** IE where `kinds` have a signaling NaN. */
function invalidIfSignaling(kinds: Expression): Expression {
  return op('i32.ne', op('i32.and', kinds, kind.signaling), 0)
}

/** DE where `kinds` have a denormal. */
export function denormalFlag(kinds: Expression): Expression {
  return op('i32.and', op('i32.shr_u', kinds, 1), flag.denormal)
}

/** Returns the result of an invalid operation: the indefinite QNaN. */
export function returnInvalid(f: FunctionBuilder): void {
  f.return(1, special, top | quietBit, 0, flag.invalid)
}
