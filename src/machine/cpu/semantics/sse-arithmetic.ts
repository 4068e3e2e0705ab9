import type { HardwareName } from '../float/hardware.ts'
import type { Expression } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { Operations, Semantic } from './operations.ts'
import { laneOf, withLane } from './vector-lanes.ts'

type Width = 32 | 64
/** What is done to one lane: of operands as i64, with MXCSR; bits and flags come back. */
type Lane = (
  b: Operations,
  width: Width,
  mxcsr: Local,
  x: Expression,
  y: Expression,
) => readonly [Expression, Expression]

const byHardware =
  (name: HardwareName): Lane =>
  (b, width, mxcsr, x, y) =>
    b.hardware(width, name, mxcsr, x, y)

const squareRoot: Lane = (b, width, mxcsr, _, y) => b.hardware(width, 'squareRoot', mxcsr, y)

const bySoftware =
  (name: 'minimum' | 'maximum'): Lane =>
  (b, width, mxcsr, x, y) =>
    b.soft(width, name, x, y, b.control(mxcsr))

/** The rest of the destination stays as it is. */
function scalar(lane: Lane): Semantic {
  return (b) => {
    const bytes = b.operandBytes(1)
    const y = b.source(1)
    const destination = b.operand(0, 'rw', 0, bytes)
    const mxcsr = b.mxcsr()
    const [bits, flags] = lane(b, bytes === 8 ? 64 : 32, mxcsr, b.get(destination), y)
    const raised = b.raiseNumeric(mxcsr, [flags])
    b.commit(() => {
      b.set(destination, bits)
      b.setNumericFlags(mxcsr, raised)
    })
  }
}

function packed(lane: Lane, width: Width): Semantic {
  return (b) => {
    const bytes = width === 64 ? 8 : 4
    const y = b.source(1)
    const destination = b.operand(0, 'rw')
    const x = b.get(destination)
    const mxcsr = b.mxcsr()
    const results = Array.from({ length: 128 / width }, (_, index) =>
      lane(b, width, mxcsr, laneOf(b, bytes, index, x), laneOf(b, bytes, index, y)),
    )
    const flags = results.map(([, raised]) => raised)
    const raised = b.raiseNumeric(mxcsr, flags)
    const result = results.reduce((vector, [bits], index) => withLane(b, bytes, index, vector, bits), x)
    b.commit(() => {
      b.set(destination, result)
      b.setNumericFlags(mxcsr, raised)
    })
  }
}

/** Of a signed integer of 32 or 64 bits. */
const fromInteger: (width: Width) => Semantic = (width) => (b) => {
  const integer = b.signed(b.source(1), b.operandBytes(1))
  const destination = b.operand(0, 'w', 0, width / 8)
  const mxcsr = b.mxcsr()
  const [bits, flags] = b.soft(width, 'fromInteger', integer, b.control(mxcsr))
  const raised = b.raiseNumeric(mxcsr, [flags])
  b.commit(() => {
    b.set(destination, bits)
    b.setNumericFlags(mxcsr, raised)
  })
}

/** ZF, PF and CF tell the relation; OF, SF and AF become 0. `signaling` 1: a QNaN is invalid too. */
const compare: (signaling: 0 | 1) => Semantic = (signaling) => (b) => {
  const bytes = b.operandBytes(1)
  const y = b.source(1)
  const x = b.get(b.operand(0, 'r', 0, bytes))
  const mxcsr = b.mxcsr()
  const [found, flags] = b.soft(bytes === 8 ? 64 : 32, 'compare', x, y, b.control(mxcsr), signaling)
  const raised = b.raiseNumeric(mxcsr, [flags])
  const relation = b.op('extend_i32_u', found)
  const bit = (number: number) => b.op('and', b.op('shr_u', relation, number), 1)
  const carries = b.op('shl', b.op('sub', 0, bit(0)), 62)
  b.commit(() => {
    b.setFlagsApart(b.constant(0), bit(2), bit(1), carries)
    b.setNumericFlags(mxcsr, raised)
  })
}

const lanes: Readonly<Record<string, Lane>> = {
  ADD: byHardware('add'),
  SUB: byHardware('subtract'),
  MUL: byHardware('multiply'),
  DIV: byHardware('divide'),
  SQRT: squareRoot,
  MIN: bySoftware('minimum'),
  MAX: bySoftware('maximum'),
}

export const sseArithmetic: Readonly<Record<string, Semantic>> = {
  ...Object.fromEntries(
    Object.entries(lanes).flatMap(([name, lane]) => [
      [`${name}SS`, scalar(lane)],
      [`${name}SD`, scalar(lane)],
      [`${name}PS`, packed(lane, 32)],
      [`${name}PD`, packed(lane, 64)],
    ]),
  ),
  ...{ CVTSI2SS: fromInteger(32), CVTSI2SD: fromInteger(64) },
  ...{ UCOMISS: compare(0), UCOMISD: compare(0), COMISS: compare(1), COMISD: compare(1) },
}
