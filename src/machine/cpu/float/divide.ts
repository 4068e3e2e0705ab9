import { constant, type Expression, type FunctionReference, op, select } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { bias, flag, kind, resultTypes, special, top } from './formats.ts'
import { type Pair, pairTypes, returnInvalid } from './nan.ts'
import { beginProduct } from './product.ts'
import type { Wide } from './wide.ts'

/** `(operand, operand, control) → result` */
export function defineDivide(
  module: ModuleBuilder,
  wide: Wide,
  chooseNan: FunctionReference,
): FunctionReference {
  return module.function('divide', pairTypes, resultTypes, (f) => {
    const [, exponentA, a, kindA, , exponentB, b, kindB] = f.parameters as unknown as Pair
    const { kinds, sign, flags } = beginProduct(f, chooseNan)
    f.if(kinds, () => {
      const both = f.let(op('i32.and', kindA, kindB))
      f.if(op('i32.and', both, kind.infinite | kind.zero), () => returnInvalid(f))
      f.if(op('i32.and', kindA, kind.infinite), () => f.return(sign, special, top, 0, flags))
      const isZero = op('i32.and', op('i32.or', kindA, op('i32.shr_u', kindB, 1)), kind.zero)
      f.if(isZero, () => f.return(sign, 0, 0, 0, flags))
      f.if(op('i32.and', kindB, kind.zero), () => {
        // Comes before DE (SDM volume 1, 4.9.2).
        f.return(sign, special, top, 0, flag.zeroDivide)
      })
    })
    const exponent = f.let(op('i32.add', op('i32.sub', exponentA, exponentB), bias - 1))
    const low = f.let(constant('i64', 0))
    f.if(op('i64.ge_u', a, b), () => {
      f.set(exponent, op('i32.add', exponent, 1))
      f.set(low, op('i64.shl', a, 63))
      f.set(a, op('i64.shr_u', a, 1))
    })
    const [quotient, rest] = f.call(wide.divide, a, low, b) as [Local, Local]
    f.return(sign, exponent, quotient, extraOf(rest, op('i64.sub', b, rest)), flags)
  })
}

/** What stands below a result of which `rest` is left, against `other` that is missing to one more. */
function extraOf(rest: Expression, other: Expression): Expression {
  const below = select(op('i64.lt_u', rest, other), constant('i64', 1), constant('i64', top))
  const inexact = select(op('i64.gt_u', rest, other), constant('i64', top | 1n), below)
  return select(op('i64.eqz', rest), constant('i64', 0), inexact)
}
