import { vector } from '../vector.ts'
import type { Expression } from '../wasm/expression.ts'
import { carriesFrom } from './flags.ts'
import type { Operations, Semantic } from './operations.ts'

const auxiliary = (b: Operations, flag: Expression) => b.op('shl', flag, 3)

/** SF, ZF and PF of AL. */
function setFlagsOfAl(b: Operations, al: Expression, carries: Expression): void {
  b.setFlags(b.signed(al, 1), carries)
}

/** AL's low digit is above 9, or AF: 0 or 1. */
function isOverNine(b: Operations, al: Expression): Expression {
  const digit = b.number(b.op('gt_u', b.op('and', al, 0xf), 9))
  return b.op('or', digit, b.flag('a'))
}

/** AAA and AAS: `by` is 106h or its opposite. */
function asciiAdjust(by: number): Semantic {
  return (b) => {
    const ax = b.get(b.register(0, 2))
    const adjusts = isOverNine(b, ax)
    const moved = b.op('add', ax, b.op('mul', adjusts, by))
    const result = b.op('and', moved, 0xff0f)
    const carries = b.op('or', carriesFrom(b, adjusts, b.constant(0)), auxiliary(b, adjusts))
    b.commit(() => {
      b.set(b.register(0, 2), result)
      setFlagsOfAl(b, result, carries)
    })
  }
}

/** DAA and DAS. */
function decimalAdjust(sign: 1 | -1): Semantic {
  return (b) => {
    const al = b.get(b.register(0, 1))
    const low = isOverNine(b, al)
    const high = b.op('or', b.number(b.op('gt_u', al, 0x99)), b.carry())
    const change = b.op('add', b.op('mul', low, 6 * sign), b.op('mul', high, 0x60 * sign))
    const result = b.op('and', b.op('add', al, change), 0xff)
    // Taking 6 away may borrow where AL was not above 99h.
    const borrow = b.op('and', low, b.number(b.op('lt_u', al, 6)))
    const carry = sign === 1 ? high : b.op('or', high, borrow)
    const carries = b.op('or', carriesFrom(b, carry, b.constant(0)), auxiliary(b, low))
    b.commit(() => {
      b.set(b.register(0, 1), result)
      setFlagsOfAl(b, result, carries)
    })
  }
}

const splitDigits: Semantic = (b) => {
  const base = b.source(0)
  b.fault(b.op('eqz', base), vector.divideError)
  const al = b.get(b.register(0, 1))
  const low = b.op('rem_u', al, base)
  const result = b.op('or', b.op('shl', b.op('div_u', al, base), 8), low)
  b.commit(() => {
    b.set(b.register(0, 2), result)
    setFlagsOfAl(b, low, b.constant(0))
  })
}

const joinDigits: Semantic = (b) => {
  const base = b.source(0)
  const ax = b.get(b.register(0, 2))
  const sum = b.op('add', b.op('mul', b.op('shr_u', ax, 8), base), b.op('and', ax, 0xff))
  const result = b.op('and', sum, 0xff)
  b.commit(() => {
    b.set(b.register(0, 2), result)
    setFlagsOfAl(b, result, b.constant(0))
  })
}

export const decimal: Readonly<Record<string, Semantic>> = {
  AAA: asciiAdjust(0x106),
  AAS: asciiAdjust(-0x106),
  DAA: decimalAdjust(1),
  DAS: decimalAdjust(-1),
  AAM: splitDigits,
  AAD: joinDigits,
}
