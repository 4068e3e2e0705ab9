import { type FunctionReference, op } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import { kind } from './formats.ts'
import { denormalFlag, type Pair } from './nan.ts'

interface Begun {
  /** The kinds of both operands. */
  readonly kinds: Local
  readonly sign: Local
  /** DE. */
  readonly flags: Local
}

/** What products and quotients begin with, behind parameters of `pairTypes`: returns where one is a NaN. */
export function beginProduct(f: FunctionBuilder, chooseNan: FunctionReference): Begun {
  const [signA, , , kindA, signB, , , kindB] = f.parameters as unknown as Pair
  const kinds = f.let(op('i32.or', kindA, kindB))
  f.if(op('i32.and', kinds, kind.nan), () => f.return(...f.call(chooseNan, ...f.parameters)))
  const sign = f.let(op('i32.xor', signA, signB))
  return { kinds, sign, flags: f.let(denormalFlag(kinds)) }
}
