import type { Approximations } from '../float/approximate.ts'
import { lanesOf, vectorOf } from './float-lanes.ts'
import type { Semantic } from './operations.ts'

const scalar: (name: keyof Approximations) => Semantic = (name) => (b) => {
  const result = b.approximate(name, b.source(1))
  const destination = b.operand(0, 'w', 0, 4)
  b.commit(() => b.set(destination, result))
}

const packed: (name: keyof Approximations) => Semantic = (name) => (b) => {
  const results = lanesOf(b, 32, b.source(1)).map((x) => b.approximate(name, x))
  const destination = b.operand(0, 'w')
  const result = vectorOf(b, 32, results)
  b.commit(() => b.set(destination, result))
}

/** They raise nothing, and MXCSR does not change them. */
export const approximations: Readonly<Record<string, Semantic>> = {
  ...{ RCPSS: scalar('reciprocal'), RCPPS: packed('reciprocal') },
  ...{ RSQRTSS: scalar('reciprocalRoot'), RSQRTPS: packed('reciprocalRoot') },
}
