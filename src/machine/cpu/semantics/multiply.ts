import { vector } from '../vector.ts'
import type { Expression } from '../wasm/expression.ts'
import { carriesFrom } from './flags.ts'
import type { Operations, Semantic } from './operations.ts'

interface Product {
  readonly low: Expression
  readonly high: Expression
}

/** Upper 64 bits of an unsigned product, from four products of halves. */
function highProduct(b: Operations, x: Expression, y: Expression): Expression {
  const low = (value: Expression) => b.op('and', value, 0xffff_ffffn)
  const high = (value: Expression) => b.op('shr_u', value, 32)
  const middle = b.op('add', b.op('mul', high(x), low(y)), high(b.op('mul', low(x), low(y))))
  const cross = b.op('add', b.op('mul', low(x), high(y)), low(middle))
  return b.op('add', b.op('add', b.op('mul', high(x), high(y)), high(middle)), high(cross))
}

function unsignedProduct(b: Operations, x: Expression, y: Expression): Product {
  const low = b.op('mul', x, y)
  return { low, high: b.bytes === 8 ? highProduct(b, x, y) : b.op('shr_u', low, 8 * b.bytes) }
}

function signedProduct(b: Operations, x: Expression, y: Expression): Product {
  const [sx, sy] = [b.signed(x), b.signed(y)]
  const low = b.op('mul', sx, sy)
  if (b.bytes < 8) return { low, high: b.op('shr_s', low, 8 * b.bytes) }
  const correction = b.op('add', b.op('and', b.op('shr_s', x, 63), y), b.op('and', b.op('shr_s', y, 63), x))
  return { low, high: b.op('sub', highProduct(b, x, y), correction) }
}

/** CF and OF say that the upper half matters; the others are left undefined, and here of the lower half. */
function setOverflow(b: Operations, low: Expression, overflow: Expression): void {
  const carry = b.number(overflow)
  b.setFlags(low, carriesFrom(b, carry, carry))
}

const signLost = (b: Operations, { low, high }: Product) => b.op('ne', high, b.op('shr_s', b.signed(low), 63))

/** MUL and IMUL with one operand: rDX:rAX, or AX for bytes. */
function widening(isSigned: boolean): Semantic {
  return (b) => {
    const y = b.source(0)
    const x = b.get(b.register(0))
    const product = isSigned ? signedProduct(b, x, y) : unsignedProduct(b, x, y)
    const overflow = isSigned ? signLost(b, product) : b.op('ne', product.high, 0)
    b.commit(() => {
      if (b.bytes === 1) b.set(b.register(0, 2), product.low)
      else {
        b.set(b.register(0), product.low)
        b.set(b.register(2), product.high)
      }
      setOverflow(b, product.low, overflow)
    })
  }
}

const multiplySigned: Semantic = (b) => {
  if (b.operandCount === 1) return widening(true)(b)
  const x = b.source(1)
  const destination = b.operand(0, 'rw')
  const y = b.operandCount === 3 ? b.source(2) : b.get(destination)
  const product = signedProduct(b, x, y)
  const overflow = signLost(b, product)
  b.commit(() => {
    b.set(destination, product.low)
    setOverflow(b, product.low, overflow)
  })
}

/** The dividend: rDX:rAX, or AX for bytes, as high and low halves of the operand's size. */
function dividend(b: Operations): Product {
  if (b.bytes === 1) {
    const ax = b.get(b.register(0, 2))
    return { low: b.truncate(ax), high: b.op('shr_u', ax, 8) }
  }
  return { low: b.get(b.register(0)), high: b.get(b.register(2)) }
}

function quotientOf(b: Operations, { low, high }: Product, divisor: Expression) {
  if (b.bytes === 8) return b.divide(high, low, divisor)
  const whole = b.op('or', b.op('shl', high, 8 * b.bytes), low)
  return [b.op('div_u', whole, divisor), b.op('rem_u', whole, divisor)] as const
}

function commitQuotient(b: Operations, quotient: Expression, remainder: Expression): void {
  b.commit(() => {
    if (b.bytes === 1) {
      const low = b.truncate(quotient)
      b.set(b.register(0, 2), b.op('or', low, b.op('shl', b.truncate(remainder), 8)))
    } else {
      b.set(b.register(0), quotient)
      b.set(b.register(2), remainder)
    }
  })
}

const divide: Semantic = (b) => {
  const divisor = b.source(0)
  const whole = dividend(b)
  // Also true of a divisor of 0.
  b.fault(b.op('ge_u', whole.high, divisor), vector.divideError)
  const [quotient, remainder] = quotientOf(b, whole, divisor)
  commitQuotient(b, quotient, remainder)
}

/** Divides the magnitudes, then puts the signs back. */
const divideSigned: Semantic = (b) => {
  const divisor = b.signed(b.source(0))
  const { low, high } = dividend(b)
  const negativeDivisor = b.op('shr_s', divisor, 63)
  const negative = b.op('shr_s', b.signed(high), 63)
  const flip = (value: Expression, sign: Expression) => b.op('sub', b.op('xor', value, sign), sign)
  const size = flip(divisor, negativeDivisor)
  const lowSize = b.truncate(flip(low, negative))
  const borrow = b.op('and', negative, b.number(b.op('eqz', low)))
  const highSize = b.truncate(b.op('add', b.op('xor', high, negative), borrow))
  b.fault(b.op('ge_u', highSize, size), vector.divideError)
  const [quotient, remainder] = quotientOf(b, { low: lowSize, high: highSize }, size)
  const sign = b.op('xor', negative, negativeDivisor)
  const limit = b.op('sub', b.constant(1n << BigInt(8 * b.bytes - 1)), b.op('add', sign, 1))
  b.fault(b.op('gt_u', quotient, limit), vector.divideError)
  commitQuotient(b, flip(quotient, sign), flip(remainder, negative))
}

export const multiplication: Readonly<Record<string, Semantic>> = {
  MUL: widening(false),
  IMUL: multiplySigned,
  DIV: divide,
  IDIV: divideSigned,
}
