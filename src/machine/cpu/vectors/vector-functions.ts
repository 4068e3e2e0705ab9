import type { FunctionReference } from '../wasm/expression.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { type AesFunctions, defineAes } from './aes.ts'
import { defineCarryLessProduct } from './carry-less-product.ts'
import { defineCompareStrings, defineStringLength } from './compare-strings.ts'

/** What semantics call of vectors: values in, one value out. */
export interface VectorFunctions extends AesFunctions {
  readonly compareStrings: FunctionReference
  readonly stringLength: FunctionReference
  readonly carryLessProduct: FunctionReference
}

export function defineVectorFunctions(module: ModuleBuilder): VectorFunctions {
  return {
    ...defineAes(module),
    compareStrings: defineCompareStrings(module),
    stringLength: defineStringLength(module),
    carryLessProduct: defineCarryLessProduct(module),
  }
}
