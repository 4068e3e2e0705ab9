import { constant, type FunctionReference, op, select } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { normalize } from './add.ts'
import { flag, kind, quietBit, resultTypes, special, top } from './formats.ts'
import { denormalFlag, type Pair, pairTypes } from './nan.ts'
import type { Wide } from './wide.ts'

/**
 * `(operand, operand, control, nearest) → result, quotient, partial`: one step of FPREM, or with `nearest` 1
 * of FPREM1. The quotient's low bits count; with `partial` 1, C2, there is more to do.
 */
export function defineRemainder(
  module: ModuleBuilder,
  wide: Wide,
  chooseNan: FunctionReference,
): FunctionReference {
  const results = [...resultTypes, 'i64', 'i32'] as const
  return module.function('remainder', [...pairTypes, 'i32'], results, (f) => {
    const [signA, exponentA, a, kindA, , exponentB, b, kindB, , nearest] =
      f.parameters as unknown as readonly [...Pair, Local]
    const kinds = f.let(op('i32.or', kindA, kindB))
    f.if(op('i32.and', kinds, kind.nan), () => {
      f.return(...f.call(chooseNan, ...f.parameters.slice(0, 9)), 0, 0)
    })
    const isInvalid = op('i32.or', op('i32.and', kindA, kind.infinite), op('i32.and', kindB, kind.zero))
    f.if(isInvalid, () => f.return(1, special, top | quietBit, 0, flag.invalid, 0, 0))
    const flags = f.let(denormalFlag(kinds))
    const distance = f.let(op('i32.sub', exponentA, exponentB))
    f.if(op('i32.lt_s', distance, op('i32.sub', 0, nearest)), () => {
      f.return(signA, exponentA, a, 0, flags, 0, 0)
    })
    const partial = f.let(op('i32.ge_s', distance, 64))
    // How far a step goes is up to the implementation, 32 to 63 bits.
    const step = op('i32.or', op('i32.and', distance, 31), 32)
    const by = f.let(op('i64.extend_i32_s', select(partial, step, distance)))
    const exponent = f.let(op('i32.sub', exponentA, op('i32.wrap_i64', by)))
    const [quotient, rest] = [f.local('i64'), f.local('i64')]
    f.if(
      op('i32.lt_s', distance, 0),
      () => {
        f.set(quotient, 0)
        f.set(rest, op('i64.shr_u', a, 1))
      },
      () => {
        const high = op('i64.shr_u', op('i64.shr_u', a, 1), op('i64.sub', 63, by))
        const divided = f.call(wide.divide, high, op('i64.shl', a, by), b) as [Local, Local]
        f.set(quotient, divided[0])
        f.set(rest, divided[1])
      },
    )
    const low = f.let(constant('i64', 0))
    f.if(op('i32.and', nearest, op('i32.eqz', partial)), () => {
      // At a distance of -1 the bit shifted out of `a` stands in `low`.
      f.if(op('i32.lt_s', distance, 0), () => f.set(low, op('i64.shl', a, 63)))
      const otherLow = f.let(op('i64.sub', 0, low))
      const borrow = op('i64.extend_i32_u', op('i64.ne', low, 0))
      const other = f.let(op('i64.sub', op('i64.sub', b, rest), borrow))
      const same = op('i64.eq', rest, other)
      const lowDecides = op('i64.gt_u', low, otherLow)
      const tie = op('i32.and', op('i64.eqz', low), op('i32.wrap_i64', op('i64.and', quotient, 1)))
      const atHalf = op('i32.or', lowDecides, tie)
      f.if(select(same, atHalf, op('i64.gt_u', rest, other)), () => {
        f.set(rest, other)
        f.set(low, otherLow)
        f.set(signA, op('i32.xor', signA, 1))
        f.set(quotient, op('i64.add', quotient, 1))
      })
    })
    f.if(op('i64.eqz', op('i64.or', rest, low)), () => f.return(signA, 0, 0, 0, flags, quotient, partial))
    normalize(f, exponent, rest, low)
    f.return(signA, exponent, rest, low, flags, quotient, partial)
  })
}
