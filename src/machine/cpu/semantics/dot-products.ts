import { type Expression, op } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import { lanesOf, vectorOf, type Width } from './float-lanes.ts'
import type { Operations, Semantic } from './operations.ts'

/**
 * DPPS and DPPD: products where bits 4 to 7 of the immediate say so, sums of pairs, and with four lanes the
 * sum of these, each rounded by itself and each able to raise #XM before the next (SDM volume 2, DPPS). Bits
 * 0 to 3 say where the sum goes, the other lanes become 0.
 */
const dotProduct: (width: Width) => Semantic = (width) => (b) => {
  const source = b.source(1)
  const destination = b.operand(0, 'rw')
  const x = lanesOf(b, width, b.get(destination))
  const y = lanesOf(b, width, source)
  const mxcsr = b.mxcsr()
  const immediate = b.op32('wrap_i64', b.immediate(2))
  const bit = (number: number) => op('i32.and', op('i32.shr_u', immediate, number), 1)
  const products = x.map((value, index) => {
    const [bits, flags] = b.hardware(width, 'multiply', mxcsr, value, y[index] as Expression)
    const chosen = bit(4 + index)
    return [where(b, chosen, bits), op('i32.mul', flags, chosen)] as const
  })
  let values = products.map(([bits]) => bits)
  let raised = b.raiseNumeric(
    mxcsr,
    products.map(([, flags]) => flags),
  )
  while (values.length > 1) {
    const sums = sumsOfPairs(b, width, mxcsr, values)
    values = sums.map(([bits]) => bits)
    raised = b.raiseNumeric(
      mxcsr,
      sums.map(([, flags]) => flags),
      { earlier: raised },
    )
  }
  const [sum] = values as [Expression]
  const result = vectorOf(
    b,
    width,
    x.map((_, index) => where(b, bit(index), sum)),
  )
  b.commit(() => {
    b.set(destination, result)
    b.setNumericFlags(mxcsr, raised)
  })
}

const where = (b: Operations, chosen: Expression, bits: Expression) => b.select(chosen, bits, b.constant(0))

function sumsOfPairs(b: Operations, width: Width, mxcsr: Local, values: readonly Expression[]) {
  return Array.from({ length: values.length / 2 }, (_, index) =>
    b.hardware(width, 'add', mxcsr, values[2 * index] as Expression, values[2 * index + 1] as Expression),
  )
}

export const dotProducts: Readonly<Record<string, Semantic>> = { DPPS: dotProduct(32), DPPD: dotProduct(64) }
