import type { Expression } from '../wasm/expression.ts'
import { carriesFrom } from './flags.ts'
import type { Operations, Semantic } from './operations.ts'

interface Shifted {
  readonly result: Expression
  readonly carry: Expression
  readonly overflow: Expression
}

type Shift = (b: Operations, x: Expression, y: Expression, count: Expression) => Shifted

const bit = (b: Operations, value: Expression, at: number | Expression) =>
  b.op('and', b.op('shr_u', value, at), 1)

/** SHLD and SHRD. A count of 0 changes nothing, but clears the upper half of a 32-bit destination. */
function doubleShift(by: Shift): Semantic {
  return (b) => {
    const destination = b.operand(0, 'rw')
    const y = b.source(1)
    const count = b.op('and', b.source(2), b.bytes === 8 ? 63 : 31)
    const { result, carry, overflow } = by(b, b.get(destination), y, count)
    const moved = b.op('ne', count, 0)
    const carries = carriesFrom(b, carry, overflow)
    b.commit(() => {
      b.set(destination, result)
      b.setFlags(result, carries, moved)
    })
  }
}

/** The destination, then what is shifted in; past 16 bits of the latter Intel's go on with the former. */
function joined(b: Operations, first: Expression, second: Expression): Expression {
  if (b.bytes === 4) return b.op('or', b.op('shl', first, 32), second)
  return b.op('or', b.op('shl', first, 32), b.op('or', b.op('shl', second, 16), first))
}

const left: Shift = (b, x, y, count) => {
  const sign = (result: Expression) => bit(b, result, 8 * b.bytes - 1)
  if (b.bytes === 8) {
    const entering = b.op('shr_u', b.op('shr_u', y, 1), b.op('sub', b.constant(63), count))
    const result = b.op('or', b.op('shl', x, count), entering)
    const carry = bit(b, x, b.op('sub', b.constant(64), count))
    return { result, carry, overflow: b.op('xor', carry, sign(result)) }
  }
  const whole = joined(b, x, y)
  const result = b.truncate(b.op('shr_u', b.op('shl', whole, count), 32))
  const carry = bit(b, whole, b.op('sub', b.constant(32 + 8 * b.bytes), count))
  return { result, carry, overflow: b.op('xor', carry, sign(result)) }
}

const right: Shift = (b, x, y, count) => {
  const turned = (result: Expression) =>
    b.op('xor', bit(b, result, 8 * b.bytes - 1), bit(b, result, 8 * b.bytes - 2))
  const carryAt = b.op('sub', count, 1)
  if (b.bytes === 8) {
    const entering = b.op('shl', b.op('shl', y, 1), b.op('sub', b.constant(63), count))
    const result = b.op('or', b.op('shr_u', x, count), entering)
    return { result, carry: bit(b, x, carryAt), overflow: turned(result) }
  }
  const whole = b.bytes === 4 ? b.op('or', b.op('shl', y, 32), x) : joined(b, x, y)
  const result = b.truncate(b.op('shr_u', whole, count))
  return { result, carry: bit(b, whole, carryAt), overflow: turned(result) }
}

export const doubleShifts: Readonly<Record<string, Semantic>> = {
  SHLD: doubleShift(left),
  SHRD: doubleShift(right),
}
