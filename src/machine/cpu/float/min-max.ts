import { type Expression, type FunctionReference, op, select } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { relation } from './compare.ts'
import { control, type Format, kind } from './formats.ts'

/**
 * `(a, b, control) → bits, flags` as MINSD and MAXSD have them: the second operand where one is a NaN or both
 * are zero (SDM volume 2).
 */
export function defineMinMax(
  module: ModuleBuilder,
  which: 'minimum' | 'maximum',
  format: Format,
  unpack: FunctionReference,
  compare: FunctionReference,
): FunctionReference {
  return module.function(`${which}${format.bits}`, ['i64', 'i64', 'i32'], ['i64', 'i32'], (f) => {
    const [a, b, how] = f.parameters as [Local, Local, Local]
    const first = f.call(unpack, a, how)
    const second = f.call(unpack, b, how)
    const [found, flags] = f.call(compare, ...first, ...second, 1) as [Local, Local]
    const wanted = which === 'minimum' ? relation.less : relation.greater
    const isFirst = f.let(op('i32.eq', found, wanted))
    const chosen = f.let(select(isFirst, a, b))
    const [signA, , , kindA] = first as [Local, Local, Local, Local]
    const [signB, , , kindB] = second as [Local, Local, Local, Local]
    const signBit = (sign: Expression) => op('i64.shl', op('i64.extend_i32_u', sign), format.bits - 1)
    // A denormal that counts as zero is delivered as one.
    const isZero = op('i32.and', select(isFirst, kindA, kindB), kind.zero)
    const flushed = op('i32.and', op('i32.ne', op('i32.and', how, control.denormalsAreZero), 0), isZero)
    f.if(flushed, () => f.return(signBit(select(isFirst, signA, signB)), flags))
    f.return(chosen, flags)
  })
}
