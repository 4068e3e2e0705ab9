import { constant, type Expression, type FunctionReference, op, select } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'

/** `(bits) → bits` of singles; neither MXCSR nor its flags have to do with it. */
export interface Approximations {
  readonly reciprocal: FunctionReference
  readonly reciprocalRoot: FunctionReference
}

const sign = 0x8000_0000n
const infinity = 0x7f80_0000n
const leastNormal = 0x0080_0000n
const quiet = 0x0040_0000n
const indefinite = 0xffc0_0000n

/** Bits of a double below the twelve that are kept. */
const dropped = 41n

/**
 * What RCPSS and RSQRTSS give: the exact value rounded to 12 bits, half of an ulp up. It is wrong by 2 ** -12
 * at most, where the manual allows 1.5 times that. Denormals count as 0, and tiny results become it.
 */
export function defineApproximations(module: ModuleBuilder): Approximations {
  const one = () => op('f64.promote_f32', op('f32.convert_i32_s', 1))
  return {
    reciprocal: define(module, 'reciprocal', (x) => op('f64.div', one(), x)),
    reciprocalRoot: define(
      module,
      'reciprocalRoot',
      (x) => op('f64.div', one(), op('f64.sqrt', x)),
      (f, negative, size) => {
        f.if(op('i32.and', negative, op('i64.ge_u', size, leastNormal)), () => f.return(indefinite))
      },
    ),
  }
}

function define(
  module: ModuleBuilder,
  name: string,
  compute: (x: Expression) => Expression,
  refuse?: (f: FunctionBuilder, negative: Expression, size: Local) => void,
): FunctionReference {
  return module.function(name, ['i64'], ['i64'], (f) => {
    const [bits] = f.parameters as [Local]
    const size = f.let(op('i64.and', bits, sign - 1n))
    const signBit = f.let(op('i64.and', bits, sign))
    f.if(op('i64.gt_u', size, infinity), () => f.return(op('i64.or', bits, quiet)))
    refuse?.(f, op('i64.ne', signBit, 0), size)
    f.if(op('i64.lt_u', size, leastNormal), () => f.return(op('i64.or', signBit, infinity)))
    const x = op('f64.promote_f32', op('f32.reinterpret_i32', op('i32.wrap_i64', size)))
    const half = 1n << (dropped - 1n)
    const rounded = op('i64.add', op('i64.reinterpret_f64', compute(x)), half)
    const kept = op('i64.and', rounded, -(1n << dropped))
    const result = op('f32.demote_f64', op('f64.reinterpret_i64', kept))
    const found = f.let(op('i64.extend_i32_u', op('i32.reinterpret_f32', result)))
    const isTiny = op('i64.lt_u', found, leastNormal)
    f.return(op('i64.or', signBit, select(isTiny, constant('i64', 0), found)))
  })
}
