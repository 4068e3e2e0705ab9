import type { Semantic } from './operations.ts'
import { halfOf } from './vector-lanes.ts'

/** PCLMULQDQ: bits 0 and 4 of the immediate choose the halves. */
const multiply: Semantic = (b) => {
  const y = b.source(1)
  const destination = b.operand(0, 'rw')
  const x = b.get(destination)
  const control = b.source(2)
  const half = (vector: typeof x, bit: number) => halfOf(b, vector, b.op('and', control, bit))
  const product = b.compute('carryLessProduct', half(x, 1), half(y, 0x10))
  b.commit(() => b.set(destination, product))
}

export const carryLess: Readonly<Record<string, Semantic>> = { PCLMULQDQ: multiply }
