import type { FunctionReference } from '../wasm/expression.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { defineAdd } from './add.ts'
import { defineCompare } from './compare.ts'
import { defineConvert } from './convert.ts'
import { type Decimals, defineDecimals } from './decimal.ts'
import { defineDivide } from './divide.ts'
import { defineExtract, defineScale } from './exponents.ts'
import { double, single } from './formats.ts'
import { defineIntegers, type IntegerConversions } from './integers.ts'
import { defineMultiply } from './multiply.ts'
import { defineChooseNan } from './nan.ts'
import { defineRemainder } from './remainder.ts'
import { defineRounding } from './round.ts'
import { defineRoundPack, defineRoundPackExtended } from './round-pack.ts'
import { defineSquareRoot } from './square-root.ts'
import { defineUnpack, defineUnpackExtended } from './unpack.ts'
import { defineWide } from './wide.ts'

/** What all formats share: operations on unpacked operands, and the ways in and out by bits of the format. */
export interface Arithmetic {
  readonly unpack: Readonly<Record<32 | 64 | 80, FunctionReference>>
  readonly roundPack: Readonly<Record<32 | 64 | 80, FunctionReference>>
  readonly add: FunctionReference
  readonly multiply: FunctionReference
  readonly divide: FunctionReference
  readonly squareRoot: FunctionReference
  readonly remainder: FunctionReference
  readonly scale: FunctionReference
  readonly extract: FunctionReference
  readonly compare: FunctionReference
  readonly chooseNan: FunctionReference
  readonly convert: FunctionReference
  readonly integers: IntegerConversions
  readonly decimals: Decimals
}

export function defineArithmetic(module: ModuleBuilder): Arithmetic {
  const wide = defineWide(module)
  const rounding = defineRounding(module)
  const chooseNan = defineChooseNan(module)
  const integers = defineIntegers(module, rounding, wide, chooseNan)
  return {
    unpack: {
      32: defineUnpack(module, single),
      64: defineUnpack(module, double),
      80: defineUnpackExtended(module),
    },
    roundPack: {
      32: defineRoundPack(module, rounding, wide, single),
      64: defineRoundPack(module, rounding, wide, double),
      80: defineRoundPackExtended(module, rounding, wide),
    },
    add: defineAdd(module, wide, chooseNan),
    multiply: defineMultiply(module, wide, chooseNan),
    divide: defineDivide(module, wide, chooseNan),
    squareRoot: defineSquareRoot(module, wide, chooseNan),
    remainder: defineRemainder(module, wide, chooseNan),
    scale: defineScale(module, chooseNan),
    extract: defineExtract(module, chooseNan, integers.fromInteger),
    compare: defineCompare(module),
    convert: defineConvert(module, chooseNan),
    chooseNan,
    integers,
    decimals: defineDecimals(module, integers.magnitude),
  }
}
