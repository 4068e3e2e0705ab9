import { type Expression, vectorConstant } from '../wasm/expression.ts'
import { blend, maskOfBits, maskOfLane } from './lane-masks.ts'
import { entering } from './mmx-entry.ts'
import type { Operations, Semantic } from './operations.ts'
import { type LaneBytes, laneOf, splat } from './vector-lanes.ts'
import { commitWhole, inBothFiles, wide } from './vector-operands.ts'

/** PINSRD and PEXTRD are PINSRQ and PEXTRQ with REX.W: the other operand says so. */
type Element = (b: Operations, other: number) => LaneBytes
const bytes: Element = () => 1
const words: Element = () => 2
const doublewords: Element = () => 4
const asOperand: Element = (b, other) => b.operandBytes(other) as LaneBytes

/** One element of as many as operand `index` has, by the low bits of the immediate. */
function numberIn(b: Operations, index: number, elementBytes: number): Expression {
  return b.op('and', b.source(2), b.operandBytes(index) / elementBytes - 1)
}

function element(b: Operations, elementBytes: LaneBytes, number: Expression, vector: Expression): Expression {
  const ofFirst = vectorConstant(Array.from({ length: 16 }, (_, at) => at % elementBytes))
  const first = splat(b, 1, b.op('mul', number, elementBytes))
  return laneOf(b, elementBytes, 0, b.vector('i8x16.swizzle', vector, b.vector('i8x16.add', ofFirst, first)))
}

const insert =
  (size: Element): Semantic =>
  (b) => {
    const value = b.source(1)
    const destination = b.operand(0, 'rw')
    const elementBytes = size(b, 1)
    const mask = maskOfLane(b, elementBytes, numberIn(b, 0, elementBytes))
    const result = blend(b, mask, wide(b, b.get(destination)), splat(b, elementBytes, value))
    commitWhole(b, destination, result)
  }

/** Zero-extended where a register takes it. */
const extract =
  (size: Element): Semantic =>
  (b) => {
    const vector = wide(b, b.source(1))
    const elementBytes = size(b, 0)
    const value = element(b, elementBytes, numberIn(b, 1, elementBytes), vector)
    const destination = b.operand(0, 'w')
    b.commit(() => b.set(destination, value))
  }

/** One single of a register, or that of memory, to any place; then any places become 0. */
const insertSingle: Semantic = (b) => {
  const source = b.source(1)
  const control = b.source(2)
  const destination = b.operand(0, 'rw')
  const single = source.type === 'v128' ? element(b, 4, b.op('shr_u', control, 6), source) : source
  const place = maskOfLane(b, 4, b.op('and', b.op('shr_u', control, 4), 3))
  const inserted = blend(b, place, b.get(destination), splat(b, 4, single))
  const result = b.vector('v128.andnot', inserted, maskOfBits(b, 4, control))
  b.commit(() => b.set(destination, result))
}

export const elements: Readonly<Record<string, Semantic>> = {
  ...inBothFiles({ PINSRW: insert(words) }, ['Pq,Ry,Ib', 'Pq,Mw,Ib']),
  ...{ PEXTRW: extract(words), 'PEXTRW Gy,Nq,Ib': entering(extract(words), null) },
  ...{ PINSRB: insert(bytes), PINSRD: insert(asOperand), INSERTPS: insertSingle },
  ...{ PEXTRB: extract(bytes), PEXTRD: extract(asOperand), EXTRACTPS: extract(doublewords) },
}
