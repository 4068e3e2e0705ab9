import type { Expression } from '../wasm/expression.ts'
import { carriesFrom } from './flags.ts'
import type { Operations, Semantic } from './operations.ts'

interface Shifted {
  readonly result: Expression
  readonly carry: Expression
  readonly overflow: Expression
}

/** `count` is 1 at least; where it is 0 the answer is not used. */
type Shift = (b: Operations, x: Expression, count: Expression) => Shifted

const bit = (b: Operations, value: Expression, at: number | Expression) =>
  b.op('and', b.op('shr_u', value, at), 1)
const signBit = (b: Operations, value: Expression) => bit(b, value, 8 * b.bytes - 1)

/** OF is documented for one step only; for more it is computed the same way. */
function shift(by: Shift, all: boolean): Semantic {
  return (b) => {
    const destination = b.operand(0, 'rw')
    const x = b.get(destination)
    const count = b.op('and', b.source(1), b.bytes === 8 ? 63 : 31)
    const { result, carry, overflow } = by(b, x, count)
    const moved = b.op('ne', count, 0)
    const fresh = carriesFrom(b, carry, overflow)
    b.commit(() => {
      b.set(destination, result)
      if (all) b.setFlags(result, fresh, moved)
      else b.setCarries(b.op('or', fresh, b.op('and', b.carries(), 8)), moved)
    })
  }
}

const shiftLeft: Shift = (b, x, count) => {
  const result = b.op('shl', x, count)
  const carry = bit(b, ...lastOut(b, x, result, count))
  return { result, carry, overflow: b.op('xor', carry, signBit(b, result)) }
}

/** Where the last bit that left to the left is found. */
function lastOut(b: Operations, x: Expression, result: Expression, count: Expression) {
  const out: readonly [Expression, number | Expression] =
    b.bytes === 8 ? [x, b.op('sub', b.constant(64), count)] : [result, 8 * b.bytes]
  return out
}

/** OF of the last of several single steps: the sign is gone after the first. */
const shiftRight: Shift = (b, x, count) => {
  const result = b.op('shr_u', x, count)
  return { result, carry: bit(b, x, b.op('sub', count, 1)), overflow: turned(b, result) }
}

/** Whether the two highest bits differ. */
const turned = (b: Operations, value: Expression) =>
  b.op('xor', signBit(b, value), bit(b, value, 8 * b.bytes - 2))

const shiftSigned: Shift = (b, x, count) => {
  const value = b.signed(x)
  const last = b.op('and', b.op('shr_s', value, b.op('sub', count, 1)), 1)
  return { result: b.op('shr_s', value, count), carry: last, overflow: b.constant(0) }
}

function rotated(b: Operations, x: Expression, left: Expression): Expression {
  const bits = 8 * b.bytes
  if (bits === 64) return b.op('rotl', x, left)
  const by = b.op('and', left, bits - 1)
  return b.truncate(b.op('or', b.op('shl', x, by), b.op('shr_u', x, b.op('sub', b.constant(bits), by))))
}

const rotateLeft: Shift = (b, x, count) => {
  const result = rotated(b, x, count)
  const carry = b.op('and', result, 1)
  return { result, carry, overflow: b.op('xor', carry, signBit(b, result)) }
}

const rotateRight: Shift = (b, x, count) => {
  const result = rotated(b, x, b.op('sub', b.constant(8 * b.bytes), count))
  const carry = signBit(b, result)
  return { result, carry, overflow: turned(b, result) }
}

/**
 * RCL and RCR turn a number of one bit more, CF on top of it. Of 8 and 16 bits the count goes round before
 * 31, and a whole turn changes nothing.
 */
function rotateThroughCarry(left: boolean): Semantic {
  return (b) => {
    const destination = b.operand(0, 'rw')
    const x = b.get(destination)
    const size = 8 * b.bytes
    const masked = b.op('and', b.source(1), b.bytes === 8 ? 63 : 31)
    const count = b.bytes < 4 ? b.op('rem_u', masked, size + 1) : masked
    const turn = left ? count : b.op('sub', b.constant(size + 1), count)
    const { result, carry } = b.bytes === 8 ? turned65(b, x, turn) : turnedLeft(b, x, turn)
    const moved = b.op('ne', count, 0)
    const kept = b.select(moved, result, x)
    const sign = signBit(b, result)
    const overflow = b.op('xor', sign, left ? carry : bit(b, result, size - 2))
    const carries = b.op('or', carriesFrom(b, carry, overflow), b.op('and', b.carries(), 8))
    b.commit(() => {
      b.set(destination, kept)
      b.setCarries(carries, moved)
    })
  }
}

/** By 1 to `size` places, of at most 33 bits. */
function turnedLeft(b: Operations, x: Expression, turn: Expression) {
  const size = 8 * b.bytes
  const whole = b.op('or', b.op('shl', b.carry(), size), x)
  const back = b.op('shr_u', whole, b.op('sub', b.constant(size + 1), turn))
  const result = b.op('or', b.op('shl', whole, turn), back)
  return { result: b.truncate(result), carry: bit(b, result, size) }
}

/** By 1 to 64 places, of 65 bits: shifts by 64 go in two steps. */
function turned65(b: Operations, x: Expression, turn: Expression) {
  const before = b.op('sub', turn, 1)
  const up = b.op('shl', b.op('shl', x, before), 1)
  const back = b.op('shr_u', b.op('shr_u', x, 1), b.op('sub', b.constant(64), turn))
  const result = b.op('or', b.op('or', up, b.op('shl', b.carry(), before)), back)
  return { result, carry: bit(b, x, b.op('sub', b.constant(64), turn)) }
}

export const shifts: Readonly<Record<string, Semantic>> = {
  SHL: shift(shiftLeft, true),
  SHR: shift(shiftRight, true),
  SAR: shift(shiftSigned, true),
  ROL: shift(rotateLeft, false),
  ROR: shift(rotateRight, false),
  RCL: rotateThroughCarry(true),
  RCR: rotateThroughCarry(false),
}
