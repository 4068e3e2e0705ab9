import { constant, type FunctionReference, op, select } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { control, type Format, kind, lowest, operandTypes, quietBit, special, top } from './formats.ts'

/** `(bits, control) → operand`. */
export function defineUnpack(module: ModuleBuilder, format: Format): FunctionReference {
  const { bits: width, precision, maximum, rebias } = format
  return module.function(`unpack${width}`, ['i64', 'i32'], operandTypes, (f) => {
    const [bits, how] = f.parameters as [Local, Local]
    const sign = f.let(op('i32.wrap_i64', op('i64.shr_u', bits, width - 1)))
    const field = op('i32.wrap_i64', op('i64.shr_u', bits, precision - 1))
    const exponent = f.let(op('i32.and', field, maximum))
    const fraction = f.let(op('i64.and', op('i64.shl', bits, 64 - precision), top - 1n))
    const significand = op('i64.or', fraction, top)
    f.if(op('i32.eq', exponent, maximum), () => returnSpecial(f, sign, fraction))
    f.if(exponent, () => f.return(sign, op('i32.add', exponent, rebias), significand, 0))
    const flushed = op('i32.and', how, control.denormalsAreZero)
    f.if(op('i32.or', flushed, op('i64.eqz', fraction)), () => f.return(sign, lowest, 0, kind.zero))
    returnDenormal(f, sign, fraction, 1 + rebias)
  })
}

/** `(significand, sign and exponent) → operand`. */
export function defineUnpackExtended(module: ModuleBuilder): FunctionReference {
  return module.function('unpack80', ['i64', 'i32'], operandTypes, (f) => {
    const [significand, upper] = f.parameters as [Local, Local]
    const sign = f.let(op('i32.and', op('i32.shr_u', upper, 15), 1))
    const exponent = f.let(op('i32.and', upper, 0x7fff))
    const whole = op('i64.lt_s', significand, 0)
    f.if(exponent, () => {
      f.if(op('i32.eqz', whole), () => f.return(sign, special, significand, kind.unsupported))
      f.if(op('i32.eq', exponent, 0x7fff), () => {
        returnSpecial(f, sign, f.let(op('i64.and', significand, top - 1n)))
      })
      f.return(sign, exponent, significand, 0)
    })
    f.if(op('i64.eqz', significand), () => f.return(sign, lowest, 0, kind.zero))
    // A pseudo-denormal, with bit 63 set, is a denormal operand too.
    returnDenormal(f, sign, significand, 1)
  })
}

function returnSpecial(f: FunctionBuilder, sign: Local, fraction: Local): void {
  const quiet = op('i64.ne', op('i64.and', fraction, quietBit), 0)
  const nan = select(quiet, constant('i32', kind.quiet), constant('i32', kind.signaling))
  const which = select(op('i64.eqz', fraction), constant('i32', kind.infinite), nan)
  f.return(sign, special, op('i64.or', fraction, top), which)
}

function returnDenormal(f: FunctionBuilder, sign: Local, fraction: Local, least: number): void {
  const zeros = f.let(op('i64.clz', fraction))
  const exponent = op('i32.sub', least, op('i32.wrap_i64', zeros))
  f.return(sign, exponent, op('i64.shl', fraction, zeros), kind.denormal)
}
