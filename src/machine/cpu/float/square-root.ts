import { constant, type FunctionReference, op, select } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { bias, kind, operandTypes, resultTypes, top } from './formats.ts'
import { denormalFlag, type Operand, returnInvalid } from './nan.ts'
import type { Wide } from './wide.ts'

/** `(operand, control) → result` */
export function defineSquareRoot(
  module: ModuleBuilder,
  wide: Wide,
  chooseNan: FunctionReference,
): FunctionReference {
  const root = defineRoot(module, wide)
  return module.function('squareRoot', [...operandTypes, 'i32'], resultTypes, (f) => {
    const [sign, exponent, significand, which, how] = f.parameters as unknown as readonly [...Operand, Local]
    const operand = [sign, exponent, significand, which] as const
    f.if(op('i32.and', which, kind.nan), () => f.return(...f.call(chooseNan, ...operand, ...operand, how)))
    f.if(op('i32.and', which, kind.zero), () => f.return(sign, 0, 0, 0, 0))
    f.if(sign, () => returnInvalid(f))
    f.if(op('i32.and', which, kind.infinite), () => f.return(0, exponent, significand, 0, 0))
    // The bias is odd: an odd exponent means an even power of 2.
    const half = op('i32.shr_s', op('i32.sub', exponent, bias), 1)
    const [result, extra] = f.call(
      root,
      select(op('i32.and', exponent, 1), op('i64.shr_u', significand, 1), significand),
      select(op('i32.and', exponent, 1), op('i64.shl', significand, 63), constant('i64', 0)),
    ) as [Local, Local]
    f.return(0, op('i32.add', half, bias), result, extra, denormalFlag(which))
  })
}

/**
 * `(high, low) → root, extra` of 128 bits whose upper two are not both 0: by the root of their upper half
 * (Zimmermann, Karatsuba Square Root, INRIA RR-3805), then made smaller until its square fits.
 */
function defineRoot(module: ModuleBuilder, wide: Wide): FunctionReference {
  return module.function('root', ['i64', 'i64'], ['i64', 'i64'], (f) => {
    const [high, low] = f.parameters as [Local, Local]
    const most = constant('i64', 0xffff_ffffn)
    const estimate = op('i64.trunc_sat_f64_u', op('f64.sqrt', op('f64.convert_i64_u', high)))
    const upper = f.let(estimate)
    f.set(upper, select(op('i64.gt_u', upper, most), most, upper))
    f.if(op('i64.gt_u', op('i64.mul', upper, upper), high), () => f.set(upper, op('i64.sub', upper, 1)))
    const rest = op('i64.sub', high, op('i64.mul', upper, upper))
    const numerator = op('i64.or', op('i64.shl', rest, 31), op('i64.shr_u', low, 33))
    const lower = f.let(op('i64.div_u', numerator, upper))
    f.set(lower, select(op('i64.gt_u', lower, most), most, lower))
    const root = f.let(op('i64.or', op('i64.shl', upper, 32), lower))
    const [left, over] = [f.local('i64'), f.local('i64')]
    f.loop((again) => {
      const [squareHigh, squareLow] = f.call(wide.multiply, root, root) as [Local, Local]
      f.set(left, op('i64.sub', low, squareLow))
      const borrow = op('i64.extend_i32_u', op('i64.lt_u', low, squareLow))
      f.set(over, op('i64.sub', op('i64.sub', high, squareHigh), borrow))
      f.if(op('i64.lt_s', over, 0), () => {
        f.set(root, op('i64.sub', root, 1))
        f.br(again)
      })
    })
    // (root + 1/2) squared is root squared + root + 1/4: never met exactly.
    const above = op('i32.or', op('i64.ne', over, 0), op('i64.gt_u', left, root))
    const inexact = select(above, constant('i64', top | 1n), constant('i64', 1))
    const exact = op('i64.eqz', op('i64.or', left, over))
    f.return(root, select(exact, constant('i64', 0), inexact))
  })
}
