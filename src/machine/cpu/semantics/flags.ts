import type { Expression, Operand } from '../wasm/expression.ts'
import type { NameOf } from '../wasm/opcodes.ts'

export type ArithmeticKind = 'add' | 'sub'

/** What is needed of `Operations` here. */
interface Values {
  readonly bytes: number
  op(name: NameOf<'i64'>, ...operands: readonly Operand[]): Expression
  carries(): Expression
}

/**
 * Lazy flags are a result and a vector of carries: CF is bit 63, the carry into the sign bit 62 (OF is their
 * difference), the carry out of bit 3 is bit 3 (AF). The other bits mean nothing.
 */
export function carriesOf(
  b: Values,
  kind: ArithmeticKind,
  result: Expression,
  x: Expression,
  y: Expression,
): Expression {
  const differ = b.op('xor', x, y)
  if (b.bytes < 8) {
    // Carries *into* each bit: the one into bit `size` is the carry out of the sign.
    const into = b.op('xor', differ, result)
    const high = b.op('shl', into, 63 - 8 * b.bytes)
    return b.op('or', high, b.op('and', b.op('shr_u', into, 1), 8))
  }
  if (kind === 'add') {
    return b.op('or', b.op('and', x, y), b.op('and', b.op('or', x, y), b.op('xor', result, -1)))
  }
  const borrow = b.op('and', b.op('xor', x, -1), y)
  return b.op('or', borrow, b.op('and', b.op('xor', differ, -1), result))
}

/** The vector for flags known one by one, each 0 or 1. */
export function carriesFrom(b: Values, carry: Expression, overflow: Expression): Expression {
  const intoSign = b.op('xor', carry, overflow)
  return b.op('or', b.op('shl', carry, 63), b.op('shl', intoSign, 62))
}

/** The vector with another CF and the same OF and AF: OF is bit 63 ^ bit 62, so both change. */
export function withCarry(b: Values, carry: Expression): Expression {
  const carries = b.carries()
  const change = b.op('xor', carry, b.op('shr_u', carries, 63))
  const both = b.op('or', b.op('shl', change, 63), b.op('shl', change, 62))
  return b.op('xor', carries, both)
}
