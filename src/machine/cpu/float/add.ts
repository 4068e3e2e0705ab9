import { type Expression, type FunctionReference, op, select } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { control, kind, resultTypes, rounding, top } from './formats.ts'
import { denormalFlag, type Pair, pairTypes, returnInvalid } from './nan.ts'
import type { Wide } from './wide.ts'

/** `(operand, operand, control, negate) → result`: the sum, or with `negate` 1 the difference. */
export function defineAdd(
  module: ModuleBuilder,
  wide: Wide,
  chooseNan: FunctionReference,
): FunctionReference {
  const types = [...pairTypes, 'i32'] as const
  return module.function('add', types, resultTypes, (f) => {
    const [signA, exponentA, a, kindA, signB, exponentB, b, kindB, how, negate] =
      f.parameters as unknown as readonly [...Pair, Local]
    const kinds = f.let(op('i32.or', kindA, kindB))
    f.if(op('i32.and', kinds, kind.nan), () => f.return(...f.call(chooseNan, ...f.parameters.slice(0, 9))))
    f.set(signB, op('i32.xor', signB, negate))
    const flags = f.let(denormalFlag(kinds))
    const differ = f.let(op('i32.ne', signA, signB))
    f.if(kinds, () => {
      const infinite = op('i32.and', op('i32.and', kindA, kindB), kind.infinite)
      f.if(op('i32.and', op('i32.ne', infinite, 0), differ), () => returnInvalid(f))
      const returnA = () => f.return(signA, exponentA, a, 0, flags)
      const returnB = () => f.return(signB, exponentB, b, 0, flags)
      f.if(op('i32.and', kindA, kind.infinite), returnA)
      f.if(op('i32.and', kindB, kind.infinite), returnB)
      f.if(op('i32.and', kindA, kind.zero), () => {
        f.if(op('i32.and', kindB, kind.zero), () => {
          f.return(select(differ, roundsDown(how), signA), 0, 0, 0, flags)
        })
        returnB()
      })
      f.if(op('i32.and', kindB, kind.zero), returnA)
    })
    const larger = select(
      op('i32.eq', exponentA, exponentB),
      op('i64.lt_u', a, b),
      op('i32.lt_s', exponentA, exponentB),
    )
    f.if(larger, () => {
      swap(f, signA, signB)
      swap(f, exponentA, exponentB)
      swap(f, a, b)
    })
    const distance = op('i32.sub', exponentA, exponentB)
    const [high, low] = f.call(wide.shiftRightJam, b, 0, distance) as [Local, Local]
    f.if(differ, () => {
      const borrow = op('i64.extend_i32_u', op('i64.ne', low, 0))
      f.set(high, op('i64.sub', op('i64.sub', a, high), borrow))
      f.set(low, op('i64.sub', 0, low))
      f.if(op('i64.eqz', op('i64.or', high, low)), () => f.return(roundsDown(how), 0, 0, 0, flags))
      normalize(f, exponentA, high, low)
      f.return(signA, exponentA, high, low, flags)
    })
    f.set(high, op('i64.add', a, high))
    f.if(op('i64.lt_u', high, a), () => {
      const jammed = op('i64.or', op('i64.shr_u', low, 1), op('i64.and', low, 1))
      f.set(low, op('i64.or', jammed, op('i64.shl', high, 63)))
      f.set(high, op('i64.or', op('i64.shr_u', high, 1), top))
      f.set(exponentA, op('i32.add', exponentA, 1))
    })
    f.return(signA, exponentA, high, low, flags)
  })
}

/** The sign of an exact zero that comes of numbers with different signs. */
function roundsDown(how: Local): Expression {
  return op('i32.eq', op('i32.and', how, control.rounding), rounding.down << control.roundingShift)
}

/** Shifts `high`:`low`, not 0, until bit 63 of `high` is set. */
export function normalize(f: FunctionBuilder, exponent: Local, high: Local, low: Local): void {
  f.if(op('i64.eqz', high), () => {
    f.set(high, low)
    f.set(low, 0)
    f.set(exponent, op('i32.sub', exponent, 64))
  })
  const zeros = f.let(op('i64.clz', high))
  f.set(exponent, op('i32.sub', exponent, op('i32.wrap_i64', zeros)))
  const carried = op('i64.shr_u', op('i64.shr_u', low, 1), op('i64.sub', 63, zeros))
  f.set(high, op('i64.or', op('i64.shl', high, zeros), carried))
  f.set(low, op('i64.shl', low, zeros))
}

function swap(f: FunctionBuilder, a: Local, b: Local): void {
  const kept = f.let(a)
  f.set(a, b)
  f.set(b, kept)
}
