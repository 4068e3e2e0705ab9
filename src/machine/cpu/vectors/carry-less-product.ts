import { constant, type FunctionReference, lane, op } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'

/** `(a, b) → product` of polynomials over two elements, 64 bits each. */
export function defineCarryLessProduct(module: ModuleBuilder): FunctionReference {
  return module.function('carryLessProduct', ['i64', 'i64'], ['v128'], (f) => {
    const [a, b] = f.parameters as [Local, Local]
    const [low, high] = [f.let(constant('i64', 0)), f.let(constant('i64', 0))]
    const left = f.let(constant('i64', 63))
    // From the highest bit of b: twice what there is, and a.
    f.loop((again) => {
      const bit = f.let(op('i64.sub', 0, op('i64.and', op('i64.shr_u', b, left), 1)))
      f.set(high, op('i64.or', op('i64.shl', high, 1), op('i64.shr_u', low, 63)))
      f.set(low, op('i64.xor', op('i64.shl', low, 1), op('i64.and', bit, a)))
      f.set(left, op('i64.sub', left, 1))
      f.br(again, op('i64.ge_s', left, 0))
    })
    f.return(lane('i64x2.replace_lane', 1, op('i64x2.splat', low), high))
  })
}
