import type { Expression } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { Operations, Semantic } from './operations.ts'
import { laneOf, withLane } from './vector-lanes.ts'

export type Width = 32 | 64

/** What is done to one lane: of operands as i64, with MXCSR; bits and flags come back. */
export type Lane = (
  b: Operations,
  width: Width,
  mxcsr: Local,
  x: Expression,
  y: Expression,
) => readonly [bits: Expression, flags: Expression]

/** On the lowest lane, by the source's size. The rest of the destination stays as it is. */
export function scalar(lane: Lane): Semantic {
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

/** On each lane of the destination and of the source. */
export function packed(lane: Lane, width: Width): Semantic {
  return packedBy(width, (b, mxcsr, x, y) =>
    x.map((value, index) => lane(b, width, mxcsr, value, y[index] as Expression)),
  )
}

/** By whichever lanes of the two operands: one result for each lane. */
export function packedBy(
  width: Width,
  combine: (
    b: Operations,
    mxcsr: Local,
    x: readonly Expression[],
    y: readonly Expression[],
  ) => readonly (readonly [bits: Expression, flags: Expression])[],
): Semantic {
  return (b) => {
    const source = b.source(1)
    const destination = b.operand(0, 'rw')
    const vector = b.get(destination)
    const mxcsr = b.mxcsr()
    const results = combine(b, mxcsr, lanesOf(b, width, vector), lanesOf(b, width, source))
    const raised = b.raiseNumeric(
      mxcsr,
      results.map(([, flags]) => flags),
    )
    const result = vectorOf(
      b,
      width,
      results.map(([bits]) => bits),
    )
    b.commit(() => {
      b.set(destination, result)
      b.setNumericFlags(mxcsr, raised)
    })
  }
}

export function lanesOf(b: Operations, width: Width, vector: Expression): readonly Expression[] {
  return Array.from({ length: 128 / width }, (_, index) => laneOf(b, bytesOf(width), index, vector))
}

/** Of i64; lanes that are not given become 0. */
export function vectorOf(b: Operations, width: Width, lanes: readonly Expression[]): Expression {
  return lanes.reduce(
    (vector, bits, index) => withLane(b, bytesOf(width), index, vector, bits),
    b.vector('i64x2.splat', 0),
  )
}

const bytesOf = (width: Width): 4 | 8 => (width === 64 ? 8 : 4)
