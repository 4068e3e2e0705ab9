import { expect, test } from 'vitest'
import { hashOf } from './chip-fuzz.ts'

/** Two runs of each shape: ten million in all. */
const accesses = 2_500_000

test.each(['pc', 'q35'] as const)('%s: millions of random accesses end well, and alike', (shape) => {
  expect(hashOf(shape, accesses)).toBe(hashOf(shape, accesses))
})
