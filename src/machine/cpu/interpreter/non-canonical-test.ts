import { cr4Bit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import { constant, type Expression, load, op, select } from '../wasm/expression.ts'
import type { FunctionBuilder } from '../wasm/function-builder.ts'

/** Tests for addresses that are not sign-extended from bit 47, or from bit 56 with five levels of paging. */
export function nonCanonicalTest(f: FunctionBuilder): (address: Expression) => Expression {
  const hasFiveLevels = op('i32.and', load('i32.load', 0, state.cr4), cr4Bit.la57)
  const unused = f.let(select(hasFiveLevels, constant('i64', 7), constant('i64', 16)))
  return (address) => op('i64.ne', op('i64.shr_s', op('i64.shl', address, unused), unused), address)
}
