import { type FunctionReference, op } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { bias, kind, resultTypes, special, top } from './formats.ts'
import { type Pair, pairTypes, returnInvalid } from './nan.ts'
import { beginProduct } from './product.ts'
import type { Wide } from './wide.ts'

/** `(operand, operand, control) → result` */
export function defineMultiply(
  module: ModuleBuilder,
  wide: Wide,
  chooseNan: FunctionReference,
): FunctionReference {
  return module.function('multiply', pairTypes, resultTypes, (f) => {
    const [, exponentA, a, , , exponentB, b] = f.parameters as unknown as Pair
    const { kinds, sign, flags } = beginProduct(f, chooseNan)
    f.if(kinds, () => {
      f.if(op('i32.and', kinds, kind.infinite), () => {
        f.if(op('i32.and', kinds, kind.zero), () => returnInvalid(f))
        f.return(sign, special, top, 0, flags)
      })
      f.if(op('i32.and', kinds, kind.zero), () => f.return(sign, 0, 0, 0, flags))
    })
    const [high, low] = f.call(wide.multiply, a, b) as [Local, Local]
    const exponent = f.let(op('i32.sub', op('i32.add', exponentA, exponentB), bias - 1))
    f.if(op('i64.ge_s', high, 0), () => {
      f.set(exponent, op('i32.sub', exponent, 1))
      f.set(high, op('i64.or', op('i64.shl', high, 1), op('i64.shr_u', low, 63)))
      f.set(low, op('i64.shl', low, 1))
    })
    f.return(sign, exponent, high, low, flags)
  })
}
