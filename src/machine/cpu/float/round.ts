import { constant, type Expression, type FunctionReference, op, select } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { control, flag, rounding } from './formats.ts'

/**
 * `(sign, significand, extra, control) → significand, flags`, by bits of precision; 0 where all bits
 * carried.
 */
export interface Rounding {
  readonly to24: FunctionReference
  readonly to53: FunctionReference
  readonly to64: FunctionReference
}

export function defineRounding(module: ModuleBuilder): Rounding {
  return {
    to24: defineNarrow(module, 24),
    to53: defineNarrow(module, 53),
    to64: module.function('round64', ['i32', 'i64', 'i64', 'i32'], ['i64', 'i32'], (f) => {
      const [sign, significand, extra, how] = f.parameters as [Local, Local, Local, Local]
      const inexact = f.let(op('i64.ne', extra, 0))
      const odd = op('i64.and', significand, 1)
      const beyondHalf = op('i64.ne', op('i64.or', op('i64.shl', extra, 1), odd), 0)
      const nearest = op('i32.and', op('i64.lt_s', extra, 0), beyondHalf)
      const directed = op('i32.and', inexact, awayFromZero(f, sign, how))
      const up = f.let(select(isNearest(how), nearest, directed))
      f.return(op('i64.add', significand, op('i64.extend_i32_u', up)), flagsOf(inexact, up))
    }),
  }
}

function defineNarrow(module: ModuleBuilder, precision: number): FunctionReference {
  const mask = (1n << BigInt(64 - precision)) - 1n
  const types = ['i32', 'i64', 'i64', 'i32'] as const
  return module.function(`round${precision}`, types, ['i64', 'i32'], (f) => {
    const [sign, significand, extra, how] = f.parameters as [Local, Local, Local, Local]
    const jammed = f.let(op('i64.or', significand, op('i64.extend_i32_u', op('i64.ne', extra, 0))))
    const odd = op('i64.and', op('i64.shr_u', significand, 64 - precision), 1)
    const nearest = op('i64.add', odd, mask >> 1n)
    const directed = select(awayFromZero(f, sign, how), constant('i64', mask), constant('i64', 0))
    const sum = op('i64.add', jammed, select(isNearest(how), nearest, directed))
    const kept = f.let(op('i64.and', sum, ~mask))
    const inexact = op('i64.ne', op('i64.and', jammed, mask), 0)
    const up = op('i64.ne', kept, op('i64.and', jammed, ~mask))
    f.return(kept, flagsOf(inexact, up))
  })
}

export function isNearest(how: Expression): Expression {
  return op('i32.eqz', op('i32.and', how, control.rounding))
}

/** Whether a directed rounding of an inexact value with this sign goes away from zero. */
export function awayFromZero(f: FunctionBuilder, sign: Expression, how: Expression): Expression {
  const direction = f.let(op('i32.and', how, control.rounding))
  const wanted = select(
    sign,
    constant('i32', rounding.down << control.roundingShift),
    constant('i32', rounding.up << control.roundingShift),
  )
  return op('i32.eq', direction, wanted)
}

/** PE, and C1 where the value was rounded up. */
function flagsOf(inexact: Expression, up: Expression): Expression {
  return op('i32.or', op('i32.mul', inexact, flag.precision), op('i32.mul', up, flag.c1))
}
