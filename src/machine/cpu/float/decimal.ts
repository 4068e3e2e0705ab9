import { constant, type FunctionReference, op } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { flag, operandTypes } from './formats.ts'
import { isTooLarge } from './integers.ts'
import type { Operand } from './nan.ts'

/** Packed decimals of 18 digits: an i64 of 16 digits, an i32 of two and the sign in bit 15. */
export interface Decimals {
  /** `(low, high) → magnitude`; what digits above 9 come to is undefined. */
  readonly load: FunctionReference
  /** `(operand, control) → low, high, flags` */
  readonly store: FunctionReference
}

const limit = 10n ** 18n

export function defineDecimals(module: ModuleBuilder, magnitude: FunctionReference): Decimals {
  return { load: defineLoad(module), store: defineStore(module, magnitude) }
}

function defineLoad(module: ModuleBuilder): FunctionReference {
  return module.function('loadDecimal', ['i64', 'i32'], ['i64'], (f) => {
    const [low, high] = f.parameters as [Local, Local]
    const upper = op('i32.and', op('i32.shr_u', high, 4), 15)
    const two = op('i32.add', op('i32.mul', upper, 10), op('i32.and', high, 15))
    const sum = f.let(op('i64.extend_i32_u', two))
    const left = f.let(constant('i32', 16))
    f.loop((again) => {
      f.set(sum, op('i64.add', op('i64.mul', sum, 10), op('i64.shr_u', low, 60)))
      f.set(low, op('i64.shl', low, 4))
      f.set(left, op('i32.sub', left, 1))
      f.br(again, left)
    })
    f.return(sum)
  })
}

function defineStore(module: ModuleBuilder, magnitude: FunctionReference): FunctionReference {
  return module.function('storeDecimal', [...operandTypes, 'i32'], ['i64', 'i32', 'i32'], (f) => {
    const [sign, exponent, significand, kind, how] = f.parameters as unknown as readonly [...Operand, Local]
    const indefinite = () => f.return(0xc000_0000_0000_0000n, 0xffff, flag.invalid)
    f.if(isTooLarge(exponent), indefinite)
    const [rest, flags] = f.call(magnitude, sign, exponent, significand, kind, how) as [Local, Local]
    f.if(op('i64.ge_u', rest, limit), indefinite)
    const low = f.local('i64')
    f.set(low, 0)
    const left = f.let(constant('i32', 16))
    f.loop((again) => {
      const digit = op('i64.shl', op('i64.rem_u', rest, 10), 60)
      f.set(low, op('i64.or', op('i64.shr_u', low, 4), digit))
      f.set(rest, op('i64.div_u', rest, 10))
      f.set(left, op('i32.sub', left, 1))
      f.br(again, left)
    })
    const two = f.let(op('i32.wrap_i64', rest))
    const digits = op('i32.or', op('i32.shl', op('i32.div_u', two, 10), 4), op('i32.rem_u', two, 10))
    f.return(low, op('i32.or', digits, op('i32.shl', sign, 15)), flags)
  })
}
