import type { Expression } from '../wasm/expression.ts'
import type { Semantic } from './operations.ts'

/** ZF: no bit in common; CF: none that the source has alone. The other four become 0. */
const test: Semantic = (b) => {
  const y = b.source(1)
  const x = b.get(b.operand(0, 'r'))
  const isEmpty = (vector: Expression) => b.number(b.op32('eqz', b.vector('v128.any_true', vector)))
  const zero = isEmpty(b.vector('v128.and', x, y))
  const carry = isEmpty(b.vector('v128.andnot', y, x))
  const none = b.constant(0)
  // CF is bit 63, OF bit 63 ^ bit 62.
  const carries = b.op('shl', b.op('sub', 0, carry), 62)
  b.commit(() => b.setFlagsApart(none, zero, none, carries))
}

export const packedTests: Readonly<Record<string, Semantic>> = { PTEST: test }
