import { constant, type Expression, type FunctionReference, op } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import type { Arithmetic } from './arithmetic.ts'
import { control, flag } from './formats.ts'
import { defineTranscendentals, type Transcendentals } from './transcendental.ts'
import { packInteger, returnNearest, returnNormal } from './usual-moves.ts'

/** Bits of a second operand: ST(i), or memory that holds the shorter formats. */
type Width = 32 | 64 | 80
type ByWidth = Readonly<Record<Width, FunctionReference>>

/**
 * Operations of x87. An extended number is two values, its significand and an i32 of sign and exponent; a
 * shorter one is an i64; `control` is the control word. Flags are those of the status word, with C1.
 */
export interface X87 {
  /** `(st, source, control) → st, flags`, like the five that follow. */
  readonly add: ByWidth
  /** st - source; and the other way around. */
  readonly subtract: ByWidth
  readonly subtractReversed: ByWidth
  readonly multiply: ByWidth
  readonly divide: ByWidth
  readonly divideReversed: ByWidth
  /** `(st, source, signaling) → relation, flags`, see `relation`. */
  readonly compare: ByWidth
  /** `(st, control) → st, flags` */
  readonly squareRoot: FunctionReference
  readonly roundToIntegral: FunctionReference
  /** `(st, st1, control, nearest) → st, flags, quotient, partial`; see `defineRemainder`. */
  readonly remainder: FunctionReference
  /** `(st, st1, control) → st, flags`: FSCALE. */
  readonly scale: FunctionReference
  /** `(st, control) → significand, exponent, flags`, both as st is: FXTRACT. */
  readonly extract: FunctionReference
  /** `(bits, control) → st, flags` */
  readonly load: Readonly<Record<32 | 64, FunctionReference>>
  /** `(st, control) → bits, flags` */
  readonly store: Readonly<Record<32 | 64, FunctionReference>>
  /** `(integer) → st`, exact. */
  readonly loadInteger: FunctionReference
  /** `(st, control, limit) → integer, flags`; `limit` as in `IntegerConversions`. */
  readonly storeInteger: FunctionReference
  /** `(low, high) → st` and `(st, control) → low, high, flags`, as `Decimals`. */
  readonly loadDecimal: FunctionReference
  readonly storeDecimal: FunctionReference
  readonly transcendentals: Transcendentals
}

const stTypes = ['i64', 'i32'] as const

/** `transcendental` as {@link importTranscendental} has it. */
export function defineX87(
  module: ModuleBuilder,
  arithmetic: Arithmetic,
  transcendental: FunctionReference,
): X87 {
  const { add, multiply, divide, integers } = arithmetic
  const unary = (name: string, operation: FunctionReference) =>
    module.function(`${name}80`, [...stTypes, 'i32'], [...stTypes, 'i32'], (f) => {
      const [low, high, word] = f.parameters as [Local, Local, Local]
      const how = controlOf(f, word)
      const operand = f.call(arithmetic.unpack[80], low, high)
      const result = f.call(operation, ...operand, how)
      // Rounded to an integer, a number has no need of precision control.
      const to = operation === integers.roundToIntegral ? op('i32.or', how, control.extended) : how
      f.return(...f.call(arithmetic.roundPack[80], ...result, to))
    })
  return {
    add: defineBinary(module, arithmetic, 'add', add, [0]),
    subtract: defineBinary(module, arithmetic, 'subtract', add, [1]),
    subtractReversed: defineBinary(module, arithmetic, 'subtractReversed', add, [1], true),
    multiply: defineBinary(module, arithmetic, 'multiply', multiply, []),
    divide: defineBinary(module, arithmetic, 'divide', divide, []),
    divideReversed: defineBinary(module, arithmetic, 'divideReversed', divide, [], true),
    compare: byWidth((width) => {
      const types = [...stTypes, ...sourceTypes(width), 'i32'] as const
      return module.function(`compareSt${width}`, types, ['i32', 'i32'], (f) => {
        const [st, source] = operandsOf(f, arithmetic, width, constant('i32', 0))
        f.return(...f.call(arithmetic.compare, ...st, ...source, f.parameters.at(-1) as Local))
      })
    }),
    squareRoot: unary('squareRoot', arithmetic.squareRoot),
    roundToIntegral: unary('roundToIntegral', integers.roundToIntegral),
    remainder: defineStep(module, arithmetic),
    scale: defineScale(module, arithmetic),
    extract: defineExtract(module, arithmetic),
    load: { 32: defineLoad(module, arithmetic, 32), 64: defineLoad(module, arithmetic, 64) },
    store: { 32: defineStore(module, arithmetic, 32), 64: defineStore(module, arithmetic, 64) },
    ...defineIntegerMoves(module, arithmetic),
    transcendentals: defineTranscendentals(module, arithmetic, transcendental),
  }
}

function byWidth(make: (width: Width) => FunctionReference): ByWidth {
  return { 32: make(32), 64: make(64), 80: make(80) }
}

function sourceTypes(width: Width): readonly ('i64' | 'i32')[] {
  return width === 80 ? stTypes : ['i64']
}

/** Only bits that the control word defines, and the rule for NaNs. */
function controlOf(f: FunctionBuilder, word: Expression): Local {
  const known = control.masks | control.extended | control.rounding
  return f.let(op('i32.or', op('i32.and', word, known), control.x87))
}

/** ST and the source of a function that begins with both, unpacked. */
function operandsOf(
  f: FunctionBuilder,
  { unpack }: Arithmetic,
  width: Width,
  how: Expression,
): readonly [readonly Local[], readonly Local[]] {
  const [low, high, source, upper] = f.parameters as [Local, Local, Local, Local]
  const st = f.call(unpack[80], low, high)
  return [st, f.call(unpack[width], source, width === 80 ? upper : how)]
}

function defineBinary(
  module: ModuleBuilder,
  arithmetic: Arithmetic,
  name: string,
  operation: FunctionReference,
  more: readonly number[],
  reversed = false,
): ByWidth {
  return byWidth((width) => {
    const types = [...stTypes, ...sourceTypes(width), 'i32'] as const
    return module.function(`${name}St${width}`, types, [...stTypes, 'i32'], (f) => {
      const how = controlOf(f, f.parameters.at(-1) as Local)
      const [st, source] = operandsOf(f, arithmetic, width, how)
      const operands = reversed ? [...source, ...st] : [...st, ...source]
      const result = f.call(operation, ...operands, how, ...more)
      f.return(...f.call(arithmetic.roundPack[80], ...result, how))
    })
  })
}

function defineStep(module: ModuleBuilder, arithmetic: Arithmetic): FunctionReference {
  const results = [...stTypes, 'i32', 'i64', 'i32'] as const
  return module.function('remainder80', [...stTypes, ...stTypes, 'i32', 'i32'], results, (f) => {
    const [, , , , word, nearest] = f.parameters as Local[] as [Local, Local, Local, Local, Local, Local]
    const how = controlOf(f, op('i32.or', word, control.extended))
    const [st, source] = operandsOf(f, arithmetic, 80, how)
    const result = f.call(arithmetic.remainder, ...st, ...source, how, nearest)
    const [quotient, partial] = result.slice(5) as [Local, Local]
    const [low, high, flags] = f.call(arithmetic.roundPack[80], ...result.slice(0, 5), how) as [
      Local,
      Local,
      Local,
    ]
    f.if(op('i32.and', op('i32.and', flags, op('i32.xor', how, -1)), flag.before), () => {
      f.return(low, high, flags, 0, 0)
    })
    f.return(low, high, flags, quotient, partial)
  })
}

function defineScale(module: ModuleBuilder, arithmetic: Arithmetic): FunctionReference {
  return module.function('scaleSt', [...stTypes, ...stTypes, 'i32'], [...stTypes, 'i32'], (f) => {
    const how = controlOf(f, op('i32.or', f.parameters[4] as Local, control.extended))
    const [st, source] = operandsOf(f, arithmetic, 80, how)
    f.return(...f.call(arithmetic.roundPack[80], ...f.call(arithmetic.scale, ...st, ...source, how), how))
  })
}

function defineExtract(module: ModuleBuilder, arithmetic: Arithmetic): FunctionReference {
  return module.function('extractSt', [...stTypes, 'i32'], [...stTypes, ...stTypes, 'i32'], (f) => {
    const [low, high, word] = f.parameters as [Local, Local, Local]
    const how = controlOf(f, op('i32.or', word, control.extended))
    const parts = f.call(arithmetic.extract, ...f.call(arithmetic.unpack[80], low, high), how)
    const [significand, upper, flags] = f.call(arithmetic.roundPack[80], ...parts.slice(0, 5), how) as [
      Local,
      Local,
      Local,
    ]
    const [power, powerUpper] = f.call(arithmetic.roundPack[80], ...parts.slice(5), how) as [Local, Local]
    f.return(significand, upper, power, powerUpper, flags)
  })
}

function defineLoad(module: ModuleBuilder, arithmetic: Arithmetic, width: 32 | 64): FunctionReference {
  return module.function(`loadSt${width}`, ['i64', 'i32'], [...stTypes, 'i32'], (f) => {
    const [bits, word] = f.parameters as [Local, Local]
    returnNormal(f, width, bits)
    // A denormal has a value with an unmasked exception too.
    const how = controlOf(f, op('i32.or', word, control.extended | flag.denormal))
    const operand = f.call(arithmetic.unpack[width], bits, how)
    const result = f.call(arithmetic.convert, ...operand, how, flag.denormal)
    f.return(...f.call(arithmetic.roundPack[80], ...result, how))
  })
}

function defineStore(module: ModuleBuilder, arithmetic: Arithmetic, width: 32 | 64): FunctionReference {
  return module.function(`storeSt${width}`, [...stTypes, 'i32'], ['i64', 'i32'], (f) => {
    const [low, high, word] = f.parameters as [Local, Local, Local]
    returnNearest(f, width, [low, high, word])
    const how = controlOf(f, word)
    const result = f.call(arithmetic.convert, ...f.call(arithmetic.unpack[80], low, high), how, 0)
    f.return(...f.call(arithmetic.roundPack[width], ...result, how))
  })
}

function defineIntegerMoves(
  module: ModuleBuilder,
  { unpack, integers, decimals }: Arithmetic,
): Pick<X87, 'loadInteger' | 'storeInteger' | 'loadDecimal' | 'storeDecimal'> {
  return {
    loadInteger: module.function('loadInteger', ['i64'], stTypes, (f) => {
      f.return(...packInteger(f, f.parameters[0] as Local))
    }),
    storeInteger: module.function('storeInteger', [...stTypes, 'i32', 'i64'], ['i64', 'i32'], (f) => {
      const [low, high, word, limit] = f.parameters as [Local, Local, Local, Local]
      const how = controlOf(f, word)
      f.return(...f.call(integers.toInteger, ...f.call(unpack[80], low, high), how, limit))
    }),
    loadDecimal: module.function('loadDecimalSt', ['i64', 'i32'], stTypes, (f) => {
      const [low, high] = f.parameters as [Local, Local]
      const [magnitude] = f.call(decimals.load, low, high) as [Local]
      const [significand, exponent] = packInteger(f, magnitude)
      f.return(significand, op('i32.or', exponent, op('i32.and', high, 0x8000)))
    }),
    storeDecimal: module.function('storeDecimalSt', [...stTypes, 'i32'], ['i64', 'i32', 'i32'], (f) => {
      const [low, high, word] = f.parameters as [Local, Local, Local]
      f.return(...f.call(decimals.store, ...f.call(unpack[80], low, high), controlOf(f, word)))
    }),
  }
}
