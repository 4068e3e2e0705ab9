import {
  call,
  type Expression,
  type FunctionReference,
  op,
  shuffle,
  vectorConstant,
} from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { inverseSubstitution, substitution } from './aes-substitution.ts'

/** Steps of AES on the state, a column in each doubleword (FIPS 197, 5.1 and 5.3). */
export interface AesFunctions {
  /** SubBytes. */
  readonly substitute: FunctionReference
  readonly inverseSubstitute: FunctionReference
  /** MixColumns. */
  readonly mixColumns: FunctionReference
  readonly inverseMixColumns: FunctionReference
}

export function defineAes(module: ModuleBuilder): AesFunctions {
  const mixColumns = defineMixColumns(module)
  return {
    substitute: defineSubstitute(module, 'aesSubstitute', substitution),
    inverseSubstitute: defineSubstitute(module, 'aesInverseSubstitute', inverseSubstitution),
    mixColumns,
    inverseMixColumns: defineInverseMixColumns(module, mixColumns),
  }
}

/** Row after row of the table: a byte of another row is none of its 16 places, and looks up 0. */
function defineSubstitute(module: ModuleBuilder, name: string, table: Uint8Array): FunctionReference {
  return module.function(name, ['v128'], ['v128'], (f) => {
    const [bytes] = f.parameters as [Local]
    const result = f.let(op('i64x2.splat', 0))
    for (let row = 0; row < 16; row++) {
      const entries = vectorConstant([...table.subarray(16 * row, 16 * row + 16)])
      const places = op('v128.xor', bytes, op('i8x16.splat', 16 * row))
      f.set(result, op('v128.or', result, op('i8x16.swizzle', entries, places)))
    }
    f.return(result)
  })
}

/** Each byte of a column becomes the one `by` behind it. */
function turn(column: Expression, by: number): Expression {
  const places = Array.from({ length: 16 }, (_, at) => (at & ~3) | ((at + by) & 3))
  return shuffle(places, column, column)
}

/** Times x in the field of AES. */
function double(bytes: Expression): Expression {
  const reduction = op('v128.and', op('i8x16.shr_s', bytes, 7), op('i8x16.splat', 0x1b))
  return op('v128.xor', op('i8x16.shl', bytes, 1), reduction)
}

const xor = (first: Expression, ...others: readonly Expression[]) =>
  others.reduce((sum, one) => op('v128.xor', sum, one), first)

/** 2a + 3b + c + d = 2(a + b) + b + c + d. */
function defineMixColumns(module: ModuleBuilder): FunctionReference {
  return module.function('aesMixColumns', ['v128'], ['v128'], (f) => {
    const [a] = f.parameters as [Local]
    const b = f.let(turn(a, 1))
    const sum = f.let(op('v128.xor', a, b))
    f.return(xor(double(sum), b, turn(a, 2), turn(a, 3)))
  })
}

/** The product of what MixColumns multiplies by and 5 + 4x². */
function defineInverseMixColumns(module: ModuleBuilder, mixColumns: FunctionReference): FunctionReference {
  return module.function('aesInverseMixColumns', ['v128'], ['v128'], (f) => {
    const [a] = f.parameters as [Local]
    const sum = f.let(op('v128.xor', a, turn(a, 2)))
    f.set(sum, double(sum))
    f.set(sum, double(sum))
    f.return(call(mixColumns, op('v128.xor', a, sum)))
  })
}
