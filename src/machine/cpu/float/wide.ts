import { constant, type FunctionReference, op, select } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'

/** Arithmetic on 128 bits, as pairs of i64. */
export interface Wide {
  /** `(a, b) → high, low` of the unsigned product. */
  readonly multiply: FunctionReference
  /** `(high, low, divisor) → quotient, remainder`: bit 63 of the divisor is set, `high` is below it. */
  readonly divide: FunctionReference
  /** `(high, low, count) → high, low` shifted right; bit 0 also stands for all that fell off. */
  readonly shiftRightJam: FunctionReference
}

export function defineWide(module: ModuleBuilder): Wide {
  return {
    multiply: defineMultiply(module),
    divide: defineDivide(module),
    shiftRightJam: defineShiftRightJam(module),
  }
}

const half = 0xffff_ffffn

function defineMultiply(module: ModuleBuilder): FunctionReference {
  return module.function('multiplyWide', ['i64', 'i64'], ['i64', 'i64'], (f) => {
    const [a, b] = f.parameters as [Local, Local]
    const [aLow, aHigh] = [f.let(op('i64.and', a, half)), f.let(op('i64.shr_u', a, 32))]
    const [bLow, bHigh] = [f.let(op('i64.and', b, half)), f.let(op('i64.shr_u', b, 32))]
    const low = f.let(op('i64.mul', aLow, bLow))
    const first = f.let(op('i64.add', op('i64.mul', aHigh, bLow), op('i64.shr_u', low, 32)))
    const second = f.let(op('i64.add', op('i64.mul', aLow, bHigh), op('i64.and', first, half)))
    const carries = op('i64.add', op('i64.shr_u', first, 32), op('i64.shr_u', second, 32))
    f.return(op('i64.add', op('i64.mul', aHigh, bHigh), carries), op('i64.mul', a, b))
  })
}

/** Long division in base 2 ** 32 (Knuth, The Art of Computer Programming 4.3.1, algorithm D). */
function defineDivide(module: ModuleBuilder): FunctionReference {
  const digit = module.function('divideDigit', ['i64', 'i64', 'i64'], ['i64', 'i64'], (f) => {
    const [rest, next, divisor] = f.parameters as [Local, Local, Local]
    const first = f.let(op('i64.shr_u', divisor, 32))
    const second = f.let(op('i64.and', divisor, half))
    const quotient = f.let(op('i64.div_u', rest, first))
    const left = f.let(op('i64.sub', rest, op('i64.mul', quotient, first)))
    f.block((end) => {
      f.loop((again) => {
        const seen = op('i64.or', op('i64.shl', left, 32), next)
        const tooMuch = op('i64.gt_u', op('i64.mul', quotient, second), seen)
        f.br(end, op('i32.eqz', op('i32.or', op('i64.gt_u', quotient, half), tooMuch)))
        f.set(quotient, op('i64.sub', quotient, 1))
        f.set(left, op('i64.add', left, first))
        f.br(again, op('i64.le_u', left, half))
      })
    })
    const whole = op('i64.or', op('i64.shl', rest, 32), next)
    f.return(quotient, op('i64.sub', whole, op('i64.mul', quotient, divisor)))
  })
  return module.function('divideWide', ['i64', 'i64', 'i64'], ['i64', 'i64'], (f) => {
    const [high, low, divisor] = f.parameters as [Local, Local, Local]
    const [upper, rest] = f.call(digit, high, op('i64.shr_u', low, 32), divisor) as [Local, Local]
    const [lower, remainder] = f.call(digit, rest, op('i64.and', low, half), divisor) as [Local, Local]
    f.return(op('i64.or', op('i64.shl', upper, 32), lower), remainder)
  })
}

function defineShiftRightJam(module: ModuleBuilder): FunctionReference {
  return module.function('shiftRightJam', ['i64', 'i64', 'i32'], ['i64', 'i64'], (f) => {
    const [high, low, count] = f.parameters as [Local, Local, Local]
    f.if(op('i32.eqz', count), () => f.return(high, low))
    const by = f.let(op('i64.extend_i32_u', count))
    const back = f.let(op('i64.sub', 64, by))
    const jam = (lost: Local) => op('i64.extend_i32_u', op('i64.ne', lost, 0))
    f.if(op('i32.lt_u', count, 64), () => {
      const lost = f.let(op('i64.shl', low, back))
      const kept = op('i64.or', op('i64.shl', high, back), op('i64.shr_u', low, by))
      f.return(op('i64.shr_u', high, by), op('i64.or', kept, jam(lost)))
    })
    // From here on shifts count modulo 64.
    const over = f.let(select(op('i32.eq', count, 64), constant('i64', 0), op('i64.shl', high, back)))
    const inside = op('i32.lt_u', count, 128)
    const lost = f.let(op('i64.or', low, select(inside, over, high)))
    const kept = select(inside, op('i64.shr_u', high, by), constant('i64', 0))
    f.return(0, op('i64.or', kept, jam(lost)))
  })
}
