import type { HardwareName } from '../float/hardware.ts'
import type { Expression } from '../wasm/expression.ts'
import { type Lane, packed, packedBy, scalar, type Width } from './float-lanes.ts'
import type { Semantic } from './operations.ts'

const byHardware =
  (name: HardwareName): Lane =>
  (b, width, mxcsr, x, y) =>
    b.hardware(width, name, mxcsr, x, y)

const squareRoot: Lane = (b, width, mxcsr, _, y) => b.hardware(width, 'squareRoot', mxcsr, y)

const bySoftware =
  (name: 'minimum' | 'maximum'): Lane =>
  (b, width, mxcsr, x, y) =>
    b.soft(width, name, x, y, b.control(mxcsr))

const lanes: Readonly<Record<string, Lane>> = {
  ADD: byHardware('add'),
  SUB: byHardware('subtract'),
  MUL: byHardware('multiply'),
  DIV: byHardware('divide'),
  SQRT: squareRoot,
  MIN: bySoftware('minimum'),
  MAX: bySoftware('maximum'),
}

/** HADDPS and its kin: each lane with its neighbour, the destination's below the source's. */
const horizontal = (lane: Lane, width: Width): Semantic =>
  packedBy(width, (b, mxcsr, x, y) => {
    const all = [...x, ...y]
    return x.map((_, index) =>
      lane(b, width, mxcsr, all[2 * index] as Expression, all[2 * index + 1] as Expression),
    )
  })

/** ADDSUBPS and ADDSUBPD: differences in even lanes, sums in odd ones. */
const alternating = (width: Width): Semantic =>
  packedBy(width, (b, mxcsr, x, y) =>
    x.map((value, index) =>
      b.hardware(width, index % 2 === 0 ? 'subtract' : 'add', mxcsr, value, y[index] as Expression),
    ),
  )

export const sseArithmetic: Readonly<Record<string, Semantic>> = {
  ...Object.fromEntries(
    Object.entries(lanes).flatMap(([name, lane]) => [
      [`${name}SS`, scalar(lane)],
      [`${name}SD`, scalar(lane)],
      [`${name}PS`, packed(lane, 32)],
      [`${name}PD`, packed(lane, 64)],
    ]),
  ),
  ...{ HADDPS: horizontal(byHardware('add'), 32), HADDPD: horizontal(byHardware('add'), 64) },
  ...{ HSUBPS: horizontal(byHardware('subtract'), 32), HSUBPD: horizontal(byHardware('subtract'), 64) },
  ...{ ADDSUBPS: alternating(32), ADDSUBPD: alternating(64) },
}
