import { constant, type FunctionReference, op, select } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { bias, flag, kind, lowest, operandTypes, resultTypes, special, top } from './formats.ts'
import { denormalFlag, type Operand, type Pair, pairTypes, returnInvalid } from './nan.ts'
import { biasAdjust } from './round-pack.ts'

/** More than all exponents there are, and how many bits an integer below it has. */
const farthest = 0x1_0000
const farthestBits = 16

/** `(operand, operand, control) → result`: the first times 2 to the truncated second, as FSCALE has it. */
export function defineScale(module: ModuleBuilder, chooseNan: FunctionReference): FunctionReference {
  return module.function('scale', pairTypes, resultTypes, (f) => {
    const [sign, exponent, a, kindA, signB, exponentB, b, kindB, how] = f.parameters as unknown as Pair
    const kinds = f.let(op('i32.or', kindA, kindB))
    f.if(op('i32.and', kinds, kind.nan), () => f.return(...f.call(chooseNan, ...f.parameters)))
    const flags = f.let(denormalFlag(kinds))
    f.if(op('i32.and', kindB, kind.infinite), () => {
      const undone = select(signB, constant('i32', kind.infinite), constant('i32', kind.zero))
      f.if(op('i32.and', kindA, undone), () => returnInvalid(f))
      f.if(signB, () => f.return(sign, lowest, 0, 0, flags))
      f.return(sign, special, top, 0, flags)
    })
    f.if(op('i32.and', kindA, kind.zero | kind.infinite), () => f.return(sign, exponent, a, 0, flags))
    const distance = f.let(op('i32.sub', exponentB, bias))
    const whole = op('i64.shr_u', b, op('i64.extend_i32_s', op('i32.sub', 63, distance)))
    const by = f.let(op('i32.wrap_i64', whole))
    f.if(op('i32.lt_s', distance, 0), () => f.set(by, 0))
    f.if(op('i32.ge_s', distance, farthestBits), () => f.set(by, farthest))
    f.set(exponent, op('i32.add', exponent, select(signB, op('i32.sub', 0, by), by)))
    returnOutOfReach(f, [sign, exponent, flags, how])
    f.return(sign, exponent, a, 0, flags)
  })
}

/**
 * An unmasked overflow or underflow that the bias adjust does not bring into range: infinite or 0 (SDM volume
 * 2, FSCALE; seen on hardware).
 */
function returnOutOfReach(
  f: FunctionBuilder,
  [sign, exponent, flags, how]: readonly [Local, Local, Local, Local],
): void {
  const unmasked = (which: number) => op('i32.eqz', op('i32.and', how, which))
  const above = op('i32.gt_s', exponent, 0x7ffe + biasAdjust)
  f.if(op('i32.and', above, unmasked(flag.overflow)), () => {
    f.return(sign, special, top, 0, op('i32.or', flags, flag.overflow | flag.precision | flag.c1))
  })
  const below = op('i32.lt_s', exponent, 1 - biasAdjust)
  f.if(op('i32.and', below, unmasked(flag.underflow)), () => {
    f.return(sign, lowest, 0, 0, op('i32.or', flags, flag.underflow | flag.precision))
  })
}

/** `(operand, control) → result, result`: its significand, between 1 and 2, and its exponent as a number. */
export function defineExtract(
  module: ModuleBuilder,
  chooseNan: FunctionReference,
  fromInteger: FunctionReference,
): FunctionReference {
  const types = [...operandTypes, 'i32'] as const
  return module.function('extract', types, [...resultTypes, ...resultTypes], (f) => {
    const [sign, exponent, significand, which, how] = f.parameters as unknown as [...Operand, Local]
    const operand = [sign, exponent, significand, which]
    f.if(op('i32.and', which, kind.nan), () => {
      const nan = f.call(chooseNan, ...operand, ...operand, how)
      f.return(...nan, ...nan)
    })
    f.if(op('i32.and', which, kind.infinite), () => {
      f.return(sign, special, significand, 0, 0, 0, special, top, 0, 0)
    })
    f.if(op('i32.and', which, kind.zero), () => {
      f.return(sign, lowest, 0, 0, flag.zeroDivide, 1, special, top, 0, 0)
    })
    const power = f.call(fromInteger, op('i64.extend_i32_s', op('i32.sub', exponent, bias)))
    f.return(sign, bias, significand, 0, denormalFlag(which), ...power)
  })
}
