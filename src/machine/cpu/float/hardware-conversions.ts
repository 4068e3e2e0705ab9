import { constant, type Expression, type FunctionReference, op, select } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { relation } from './compare.ts'
import { control, flag, rounding } from './formats.ts'
import { isNoDenormal, isNormal, magnitude, toBits, toFloat, type Width } from './host-numbers.ts'
import type { Sse, SseFormat } from './sse.ts'

/**
 * Conversions, comparisons, minimum and maximum with the host's floats in front: of operands that are normal,
 * zero or infinite, where no exception but PE can come of them. Masks do not matter then.
 */
export function withHardware(module: ModuleBuilder, sse: Sse): Sse {
  const format = (width: Width): SseFormat => ({
    ...sse[width],
    convert: width === 64 ? defineNarrow(module, sse[64].convert) : defineWiden(module, sse[32].convert),
    fromInteger: defineFromInteger(module, width, sse[width].fromInteger),
    toInteger: defineToInteger(module, width, sse[width].toInteger),
    roundToIntegral: defineRound(module, width, sse[width].roundToIntegral),
    compare: defineCompare(module, width, sse[width].compare),
    minimum: defineChoice(module, width, 'lt', sse[width].minimum),
    maximum: defineChoice(module, width, 'gt', sse[width].maximum),
  })
  return { 32: format(32), 64: format(64) }
}

/** The function's own body comes first; where it does not return, `soft` does the whole. */
function inFront(
  module: ModuleBuilder,
  soft: FunctionReference,
  body: (f: FunctionBuilder, parameters: readonly Local[]) => void,
): FunctionReference {
  return module.function(`${soft.name}ByHost`, soft.parameters, soft.results, (f) => {
    body(f, f.parameters)
    f.return(...f.call(soft, ...f.parameters))
  })
}

const typeOf = (width: Width) => (width === 64 ? 'f64' : 'f32')
const inexact = (when: Expression) => op('i32.mul', when, flag.precision)
const both = (...conditions: readonly Expression[]) =>
  conditions.reduce((all, one) => op('i32.and', all, one))

/** Every single is a double. */
function defineWiden(module: ModuleBuilder, soft: FunctionReference): FunctionReference {
  return inFront(module, soft, (f, [a]) => {
    const x = f.let(toFloat(32, a as Local))
    const isNumber = op('f32.eq', x, x)
    f.if(both(isNumber, isNoDenormal(32, a as Local)), () => {
      f.return(toBits(64, op('f64.promote_f32', x)), 0)
    })
  })
}

/** The host rounds to nearest. */
function defineNarrow(module: ModuleBuilder, soft: FunctionReference): FunctionReference {
  return inFront(module, soft, (f, [a, how]) => {
    const x = f.let(toFloat(64, a as Local))
    const narrow = f.let(op('f32.demote_f64', x))
    const bits = f.let(toBits(32, narrow))
    const isFine = op('i32.or', isNormal(32, bits), op('i64.eqz', magnitude(64, a as Local)))
    const differs = f.let(op('f64.ne', op('f64.promote_f32', narrow), x))
    const isRight = op('i32.or', op('i32.eqz', differs), roundsToNearest(how as Local))
    f.if(both(isFine, isNoDenormal(64, a as Local), isRight), () => f.return(bits, inexact(differs)))
  })
}

function roundsToNearest(how: Expression): Expression {
  return op('i32.eqz', op('i32.and', how, control.rounding))
}

/** Integers that the format has. */
function defineFromInteger(module: ModuleBuilder, width: Width, soft: FunctionReference): FunctionReference {
  const most = width === 64 ? 1n << 53n : 1n << 24n
  return inFront(module, soft, (f, [integer]) => {
    f.if(op('i64.le_u', op('i64.add', integer as Local, most), 2n * most), () => {
      f.return(toBits(width, op(`${typeOf(width)}.convert_i64_s`, integer as Local)), 0)
    })
  })
}

/** Rounded as `how` says. */
function rounded(f: FunctionBuilder, width: Width, x: Local, how: Expression): Local {
  const type = typeOf(width)
  const result = f.let(op(`${type}.nearest`, x))
  const mode = f.let(op('i32.and', op('i32.shr_u', how, control.roundingShift), 3))
  f.if(mode, () => {
    const upOrCut = select(op('i32.eq', mode, rounding.up), op(`${type}.ceil`, x), op(`${type}.trunc`, x))
    f.set(result, select(op('i32.eq', mode, rounding.down), op(`${type}.floor`, x), upOrCut))
  })
  return result
}

function defineToInteger(module: ModuleBuilder, width: Width, soft: FunctionReference): FunctionReference {
  const type = typeOf(width)
  return inFront(module, soft, (f, [a, how, limit]) => {
    const x = f.let(toFloat(width, a as Local))
    const whole = rounded(f, width, x, how as Local)
    const fits = op(`${type}.lt`, op(`${type}.abs`, whole), op(`${type}.convert_i64_u`, limit as Local))
    f.if(both(fits, isNoDenormal(width, a as Local)), () => {
      f.return(op(`i64.trunc_sat_${type}_s`, whole), inexact(op(`${type}.ne`, whole, x)))
    })
  })
}

function defineRound(module: ModuleBuilder, width: Width, soft: FunctionReference): FunctionReference {
  const type = typeOf(width)
  return inFront(module, soft, (f, [a, how]) => {
    const x = f.let(toFloat(width, a as Local))
    f.if(both(op(`${type}.eq`, x, x), isNoDenormal(width, a as Local)), () => {
      const whole = rounded(f, width, x, how as Local)
      f.return(toBits(width, whole), inexact(op(`${type}.ne`, whole, x)))
    })
  })
}

interface Ordered {
  readonly x: Local
  readonly y: Local
  /** Whether neither is a NaN or denormal. */
  readonly isPlain: Expression
}

function ordered(f: FunctionBuilder, width: Width, [a, b]: readonly Local[]): Ordered {
  const type = typeOf(width)
  const [x, y] = [f.let(toFloat(width, a as Local)), f.let(toFloat(width, b as Local))]
  const areNumbers = both(op(`${type}.eq`, x, x), op(`${type}.eq`, y, y))
  const areNormal = both(isNoDenormal(width, a as Local), isNoDenormal(width, b as Local))
  return { x, y, isPlain: both(areNumbers, areNormal) }
}

function defineCompare(module: ModuleBuilder, width: Width, soft: FunctionReference): FunctionReference {
  const type = typeOf(width)
  return inFront(module, soft, (f, parameters) => {
    const { x, y, isPlain } = ordered(f, width, parameters)
    f.if(isPlain, () => {
      const equal = select(op(`${type}.eq`, x, y), constant('i32', relation.equal), constant('i32', 0))
      f.return(op('i32.or', equal, op(`${type}.lt`, x, y)), 0)
    })
  })
}

/** The first where it compares so, else the second. */
function defineChoice(
  module: ModuleBuilder,
  width: Width,
  name: 'lt' | 'gt',
  soft: FunctionReference,
): FunctionReference {
  return inFront(module, soft, (f, parameters) => {
    const [a, b] = parameters as [Local, Local]
    const { x, y, isPlain } = ordered(f, width, parameters)
    f.if(isPlain, () => f.return(select(op(`${typeOf(width)}.${name}`, x, y), a, b), 0))
  })
}
