import { constant, type Expression, type FunctionReference, op, select } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { control, double, type Format, flag, resultTypes, special, top } from './formats.ts'
import { awayFromZero, isNearest, type Rounding } from './round.ts'
import type { Wide } from './wide.ts'

/**
 * What x87 moves the exponent by when it delivers an unmasked overflow or underflow (SDM volume 1, 8.5.4).
 */
export const biasAdjust = 24576

type Result = [Local, Local, Local, Local, Local, Local]

/**
 * `(result, control) → bits, flags`. The bits are meaningless where the flags hold an unmasked exception that
 * delivers no result: any of `flag.before`; overflow and underflow in SSE, and in x87's stores to memory.
 */
export function defineRoundPack(
  module: ModuleBuilder,
  rounding: Rounding,
  wide: Wide,
  format: Format,
): FunctionReference {
  const { bits: width, precision, maximum, rebias } = format
  const round = format === double ? rounding.to53 : rounding.to24
  const fractionShift = 64 - precision
  const types = [...resultTypes, 'i32'] as const
  return module.function(`roundPack${width}`, types, ['i64', 'i32'], (f) => {
    const [sign, exponent, significand, extra, flags, how] = f.parameters as Result
    const signBit = f.let(op('i64.shl', op('i64.extend_i32_u', sign), width - 1))
    const fraction = (value: Expression) => op('i64.shr_u', value, fractionShift)
    // The leading bit adds 1 to the field of the exponent.
    const pack = (field: Expression, value: Expression) =>
      op('i64.or', signBit, op('i64.add', op('i64.shl', field, precision - 1), fraction(value)))
    f.if(unmasked(flags, how, flag.before), () => f.return(0, op('i32.and', flags, flag.before)))
    f.if(op('i64.eqz', significand), () => f.return(signBit, flags))
    f.if(op('i32.eq', exponent, special), () => {
      f.return(pack(constant('i64', maximum - 1), significand), flags)
    })
    const least = f.let(op('i32.sub', exponent, rebias))
    const [field, kept, inexact] = roundOnce(f, round, [sign, least, significand, extra], how)
    f.if(op('i32.lt_u', op('i32.sub', field, 1), maximum - 1), () => {
      f.return(pack(op('i64.extend_i32_u', op('i32.sub', field, 1)), kept), op('i32.or', flags, inexact))
    })
    f.if(op('i32.gt_s', field, 0), () => {
      const raised = f.let(op('i32.or', op('i32.or', flags, flag.overflow), inexact))
      f.if(unmasked(raised, how, flag.overflow), () => f.return(0, undelivered(raised, how)))
      const infinite = f.let(overflowsToInfinity(f, sign, how))
      const largest = f.let(op('i64.sub', pack(constant('i64', maximum - 1), constant('i64', top)), 1))
      const bits = op('i64.add', largest, op('i64.extend_i32_u', infinite))
      f.return(bits, overflowFlags(flags, infinite))
    })
    const tiny = f.let(op('i32.or', op('i32.or', flags, flag.underflow), inexact))
    f.if(unmasked(tiny, how, flag.underflow), () => f.return(0, undelivered(tiny, how)))
    f.if(op('i32.and', how, control.flushToZero), () => {
      f.return(signBit, op('i32.or', flags, flag.underflow | flag.precision))
    })
    const [denormal, raised] = roundDenormal(f, wide, round, [sign, least, significand, extra], how)
    f.return(op('i64.or', signBit, fraction(denormal)), op('i32.or', flags, raised))
  })
}

/**
 * `(result, control) → significand, sign and exponent, flags`, rounded as the precision control says. Only
 * exceptions of `flag.before` deliver no result.
 */
export function defineRoundPackExtended(
  module: ModuleBuilder,
  rounding: Rounding,
  wide: Wide,
): FunctionReference {
  const round = defineRoundByControl(module, rounding)
  const types = [...resultTypes, 'i32'] as const
  return module.function('roundPack80', types, ['i64', 'i32', 'i32'], (f) => {
    const [sign, exponent, significand, extra, flags, how] = f.parameters as Result
    const signBit = f.let(op('i32.shl', sign, 15))
    f.if(unmasked(flags, how, flag.before), () => f.return(0, 0, op('i32.and', flags, flag.before)))
    f.if(op('i64.eqz', significand), () => f.return(0, signBit, flags))
    f.if(op('i32.eq', exponent, special), () => {
      f.return(significand, op('i32.or', signBit, 0x7fff), flags)
    })
    const [field, kept, inexact] = roundOnce(f, round, [sign, exponent, significand, extra], how)
    const raised = f.let(op('i32.or', flags, inexact))
    const pack = (biased: Expression) => op('i32.or', signBit, biased)
    f.if(op('i32.lt_u', op('i32.sub', field, 1), 0x7ffe), () => f.return(kept, pack(field), raised))
    f.if(op('i32.gt_s', field, 0), () => {
      f.set(raised, op('i32.or', raised, flag.overflow))
      f.if(unmasked(raised, how, flag.overflow), () => {
        f.return(kept, pack(op('i32.and', op('i32.sub', field, biasAdjust), 0x7fff)), raised)
      })
      const infinite = f.let(overflowsToInfinity(f, sign, how))
      const largest = op('i64.shl', -1, largestShift(how))
      f.return(
        select(infinite, constant('i64', top), largest),
        pack(op('i32.add', infinite, 0x7ffe)),
        overflowFlags(flags, infinite),
      )
    })
    f.if(op('i32.eqz', op('i32.and', how, flag.underflow)), () => {
      const moved = op('i32.and', op('i32.add', field, biasAdjust), 0x7fff)
      f.return(kept, pack(moved), op('i32.or', raised, flag.underflow))
    })
    const [denormal, more] = roundDenormal(f, wide, round, [sign, exponent, significand, extra], how)
    const biased = op('i32.wrap_i64', op('i64.shr_u', denormal, 63))
    f.return(denormal, pack(biased), op('i32.or', flags, more))
  })
}

/** Zeros below the largest significand of the precision in use. */
function largestShift(how: Local): Expression {
  const precision = op('i32.and', op('i32.shr_u', how, control.precisionShift), 3)
  const narrow = select(op('i32.eqz', precision), constant('i64', 40), constant('i64', 0))
  return select(op('i32.eq', precision, 2), constant('i64', 11), narrow)
}

function defineRoundByControl(module: ModuleBuilder, { to24, to53, to64 }: Rounding): FunctionReference {
  return module.function('roundByControl', to64.parameters, to64.results, (f) => {
    const operands = f.parameters as [Local, Local, Local, Local]
    const precision = f.let(op('i32.and', operands[3], control.extended))
    f.if(op('i32.eqz', precision), () => f.return(...f.call(to24, ...operands)))
    const is53 = op('i32.eq', precision, 2 << control.precisionShift)
    f.if(is53, () => f.return(...f.call(to53, ...operands)))
    f.return(...f.call(to64, ...operands))
  })
}

/** Whether `flags` has one of `which` that `how` does not mask. */
function unmasked(flags: Local, how: Local, which: number): Expression {
  return op('i32.and', op('i32.and', flags, op('i32.xor', how, -1)), which)
}

/** A store of x87 that delivers nothing reports no PE and clears C1 (SDM volume 1, 8.5.6); SSE reports it. */
function undelivered(flags: Local, how: Local): Expression {
  const apart = op('i32.and', flags, ~(flag.precision | flag.c1))
  return select(op('i32.and', how, control.x87), apart, flags)
}

type Parts = readonly [sign: Local, exponent: Local, significand: Local, extra: Local]

/** As if exponents had no limits: exponent, significand and flags. */
function roundOnce(
  f: FunctionBuilder,
  round: FunctionReference,
  [sign, exponent, significand, extra]: Parts,
  how: Local,
): readonly [Local, Local, Local] {
  const [kept, inexact] = f.call(round, sign, significand, extra, how) as [Local, Local]
  const carried = f.let(op('i64.eqz', kept))
  f.if(carried, () => f.set(kept, top))
  return [f.let(op('i32.add', exponent, carried)), kept, inexact]
}

/** A tiny number as wide as the format can hold it: tininess was found after rounding, as x86 does. */
function roundDenormal(
  f: FunctionBuilder,
  wide: Wide,
  round: FunctionReference,
  [sign, field, significand, extra]: Parts,
  how: Local,
): readonly [Local, Expression] {
  const shifted = f.call(wide.shiftRightJam, significand, extra, op('i32.sub', 1, field))
  const [kept, inexact] = f.call(round, sign, ...shifted, how) as [Local, Local]
  const raised = op('i32.or', inexact, flag.underflow)
  return [kept, select(inexact, raised, constant('i32', 0))]
}

function overflowsToInfinity(f: FunctionBuilder, sign: Local, how: Local): Expression {
  return op('i32.or', isNearest(how), awayFromZero(f, sign, how))
}

function overflowFlags(flags: Local, infinite: Local): Expression {
  const c1 = op('i32.mul', infinite, flag.c1)
  return op('i32.or', op('i32.or', flags, flag.overflow | flag.precision), c1)
}
