import { stringMode } from '../vectors/compare-strings.ts'
import type { Expression } from '../wasm/expression.ts'
import { carriesFrom } from './flags.ts'
import { maskOfBits } from './lane-masks.ts'
import type { Operations, Semantic } from './operations.ts'
import { lowest } from './vector-lanes.ts'

/** How many elements of the two strings count, as i32. */
type Lengths = (
  b: Operations,
  strings: {
    readonly x: Expression
    readonly y: Expression
    readonly mode: Expression
    readonly most: Expression
  },
) => readonly [Expression, Expression]

/** Up to the first that is 0. */
const implicit: Lengths = (b, { x, y, mode }) => [
  b.compute('stringLength', x, mode),
  b.compute('stringLength', y, mode),
]

/** What rAX and rDX say, whatever their sign. */
const explicit: Lengths = (b, { most }) => {
  const bytes = Math.max(b.bytes, 4)
  const lengthIn = (register: number) => {
    const value = b.signed(b.get(b.register(register, bytes)), bytes)
    const sign = b.op('shr_s', value, 63)
    const size = b.op('sub', b.op('xor', value, sign), sign)
    return b.select(b.op('lt_u', size, b.number(most)), b.op32('wrap_i64', size), most)
  }
  return [lengthIn(0), lengthIn(2)]
}

/** What becomes of the bits that were found: a place, and the value for it. */
type Output = (
  b: Operations,
  found: Expression,
  mode: Expression,
  most: Expression,
) => readonly [register: number, bytes: number, value: Expression]

/** ECX is the number of the lowest or highest bit. */
const asIndex: Output = (b, found, mode, most) => {
  const highest = b.op32('sub', 31, b.op32('clz', found))
  const chosen = b.select(b.op32('and', mode, stringMode.output), highest, b.op32('ctz', found))
  return [1, 4, b.number(b.select(found, chosen, most))]
}

/** XMM0 gets the bits, or bytes or words of them. */
const asMask: Output = (b, found, mode) => {
  const bits = b.number(found)
  const areWords = b.op32('and', mode, stringMode.words)
  const expanded = b.select(areWords, maskOfBits(b, 2, bits), maskOfBits(b, 1, bits))
  return [0, 16, b.select(b.op32('and', mode, stringMode.output), expanded, lowest(b, bits))]
}

function compareStrings(lengths: Lengths, output: Output): Semantic {
  return (b) => {
    const y = b.source(1)
    const x = b.source(0)
    const mode = b.op32('wrap_i64', b.source(2))
    const most = b.op32('shr_u', 16, b.op32('and', mode, stringMode.words))
    const [xCount, yCount] = lengths(b, { x, y, mode, most })
    const found = b.compute('compareStrings', x, y, xCount, yCount, mode)
    const [register, bytes, value] = output(b, found, mode, most)
    const isShort = (count: Expression) => b.number(b.op32('lt_u', count, most))
    const [sign, zero] = [isShort(xCount), isShort(yCount)]
    const carry = b.number(b.op32('ne', found, 0))
    const carries = carriesFrom(b, carry, b.number(b.op32('and', found, 1)))
    b.commit(() => {
      b.set(b.register(register, bytes), value)
      b.setFlagsApart(sign, zero, b.constant(0), carries)
    })
  }
}

/** SDM volume 2, 4.1. */
export const stringComparisons: Readonly<Record<string, Semantic>> = {
  ...{ PCMPESTRI: compareStrings(explicit, asIndex), PCMPESTRM: compareStrings(explicit, asMask) },
  ...{ PCMPISTRI: compareStrings(implicit, asIndex), PCMPISTRM: compareStrings(implicit, asMask) },
}
