import { type Expression, type FunctionReference, op } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import type { Arithmetic } from './arithmetic.ts'
import { control, double, type Format, flag, single } from './formats.ts'
import { defineMinMax } from './min-max.ts'

/** Operations of SSE on one format. Numbers are i64, as in memory and zero-extended; flags as in MXCSR. */
export interface SseFormat {
  /** `(a, b, control) → bits, flags`, like the four that follow. */
  readonly add: FunctionReference
  readonly subtract: FunctionReference
  readonly multiply: FunctionReference
  readonly divide: FunctionReference
  readonly minimum: FunctionReference
  readonly maximum: FunctionReference
  /** `(a, control) → bits, flags`, like the three that follow. */
  readonly squareRoot: FunctionReference
  readonly roundToIntegral: FunctionReference
  /** To the other format. */
  readonly convert: FunctionReference
  /** Of a signed i64. */
  readonly fromInteger: FunctionReference
  /** `(a, control, limit) → integer, flags`; `limit` is 2 ** 31 or 2 ** 63, see `IntegerConversions`. */
  readonly toInteger: FunctionReference
  /** `(a, b, control, signaling) → relation, flags`, see `relation`. */
  readonly compare: FunctionReference
}

export type Sse = Readonly<Record<32 | 64, SseFormat>>

/** What the operations take for MXCSR: its rounding, masks, FTZ and DAZ. */
export function controlOfMxcsr(mxcsr: Expression): Expression {
  const upper = op('i32.and', op('i32.shr_u', mxcsr, 3), control.rounding | control.flushToZero)
  const masks = op('i32.and', op('i32.shr_u', mxcsr, 7), control.masks)
  const denormals = op('i32.and', op('i32.shl', mxcsr, 7), control.denormalsAreZero)
  return op('i32.or', op('i32.or', upper, masks), denormals)
}

export function defineSse(module: ModuleBuilder, arithmetic: Arithmetic): Sse {
  return { 32: defineFormat(module, arithmetic, single), 64: defineFormat(module, arithmetic, double) }
}

function defineFormat(module: ModuleBuilder, arithmetic: Arithmetic, format: Format): SseFormat {
  const { bits: width } = format
  const other = width === 64 ? 32 : 64
  const { integers, compare } = arithmetic
  const unpack = arithmetic.unpack[width]
  const pack = arithmetic.roundPack[width]

  const binary = (name: string, operation: FunctionReference, ...more: number[]) =>
    module.function(`${name}${width}`, ['i64', 'i64', 'i32'], ['i64', 'i32'], (f) => {
      const [a, b, how] = f.parameters as [Local, Local, Local]
      const operands = [...f.call(unpack, a, how), ...f.call(unpack, b, how)]
      returnPacked(f, pack, f.call(operation, ...operands, how, ...more), how)
    })
  const unary = (name: string, operation: FunctionReference, to = pack, ...more: number[]) =>
    module.function(`${name}${width}`, ['i64', 'i32'], ['i64', 'i32'], (f) => {
      const [a, how] = f.parameters as [Local, Local]
      returnPacked(f, to, f.call(operation, ...f.call(unpack, a, how), how, ...more), how)
    })
  return {
    add: binary('add', arithmetic.add, 0),
    subtract: binary('subtract', arithmetic.add, 1),
    multiply: binary('multiply', arithmetic.multiply),
    divide: binary('divide', arithmetic.divide),
    minimum: defineMinMax(module, 'minimum', format, unpack, compare),
    maximum: defineMinMax(module, 'maximum', format, unpack, compare),
    squareRoot: unary('squareRoot', arithmetic.squareRoot),
    roundToIntegral: unary('roundToIntegral', integers.roundToIntegral),
    convert: unary('convert', arithmetic.convert, arithmetic.roundPack[other], flag.denormal),
    fromInteger: module.function(`fromInteger${width}`, ['i64', 'i32'], ['i64', 'i32'], (f) => {
      const [integer, how] = f.parameters as [Local, Local]
      returnPacked(f, pack, f.call(integers.fromInteger, integer), how)
    }),
    toInteger: module.function(`toInteger${width}`, ['i64', 'i32', 'i64'], ['i64', 'i32'], (f) => {
      const [a, how, limit] = f.parameters as [Local, Local, Local]
      const [integer, flags] = f.call(integers.toInteger, ...f.call(unpack, a, how), how, limit)
      f.return(integer as Local, withoutC1(flags as Local))
    }),
    compare: module.function(`compare${width}`, ['i64', 'i64', 'i32', 'i32'], ['i32', 'i32'], (f) => {
      const [a, b, how, signaling] = f.parameters as [Local, Local, Local, Local]
      f.return(...f.call(compare, ...f.call(unpack, a, how), ...f.call(unpack, b, how), signaling))
    }),
  }
}

function returnPacked(
  f: FunctionBuilder,
  pack: FunctionReference,
  result: readonly Expression[],
  how: Expression,
): void {
  const [bits, flags] = f.call(pack, ...result, how) as [Local, Local]
  f.return(bits, withoutC1(flags))
}

/** MXCSR has no C1. */
function withoutC1(flags: Expression): Expression {
  return op('i32.and', flags, control.masks)
}
