import { relation } from '../float/compare.ts'
import { op } from '../wasm/expression.ts'
import { type Lane, packed, scalar } from './float-lanes.ts'
import type { Semantic } from './operations.ts'

/** ZF, PF and CF tell the relation; OF, SF and AF become 0. `signaling` 1: a QNaN is invalid too. */
const compare: (signaling: 0 | 1) => Semantic = (signaling) => (b) => {
  const bytes = b.operandBytes(1)
  const y = b.source(1)
  const x = b.get(b.operand(0, 'r', 0, bytes))
  const mxcsr = b.mxcsr()
  const [found, flags] = b.soft(bytes === 8 ? 64 : 32, 'compare', x, y, b.control(mxcsr), signaling)
  const raised = b.raiseNumeric(mxcsr, [flags])
  const related = b.op('extend_i32_u', found)
  const bit = (number: number) => b.op('and', b.op('shr_u', related, number), 1)
  const carries = b.op('shl', b.op('sub', 0, bit(0)), 62)
  b.commit(() => {
    b.setFlagsApart(b.constant(0), bit(2), bit(1), carries)
    b.setNumericFlags(mxcsr, raised)
  })
}

/** For EQ, LT, LE and UNORD the relations that make them true, a bit each (SDM volume 2, CMPPD). */
const truths = [
  [relation.equal],
  [relation.less],
  [relation.less, relation.equal],
  [relation.unordered],
].reduce((table, relations, predicate) => {
  const bits = relations.reduce((sum, one) => sum | (1 << one), 0)
  return table | (bits << (8 * predicate))
}, 0)

/** All ones where the predicate in the immediate holds. Of the four negated ones bit 2 is set. */
const compareBy: Lane = (b, width, mxcsr, x, y) => {
  const predicate = b.op32('wrap_i64', b.immediate(2))
  const bit = (value: typeof predicate, number: typeof predicate | number) =>
    op('i32.and', op('i32.shr_u', value, number), 1)
  // LT and LE have no use for a QNaN: bits 1 and 0 differ.
  const signaling = op('i32.xor', bit(predicate, 1), bit(predicate, 0))
  const [found, flags] = b.soft(width, 'compare', x, y, b.control(mxcsr), signaling)
  const table = op('i32.shr_u', truths, op('i32.shl', op('i32.and', predicate, 3), 3))
  const holds = op('i32.xor', bit(table, found), bit(predicate, 2))
  const ones = b.op('sub', 0, b.number(holds))
  return [b.truncate(ones, width / 8), flags]
}

export const sseCompare: Readonly<Record<string, Semantic>> = {
  ...{ UCOMISS: compare(0), UCOMISD: compare(0), COMISS: compare(1), COMISD: compare(1) },
  ...{ CMPPS: packed(compareBy, 32), CMPPD: packed(compareBy, 64) },
  ...{ CMPSS: scalar(compareBy), CMPSD: scalar(compareBy) },
}
