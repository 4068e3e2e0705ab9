import { expect, test } from 'vitest'
import { hashOf } from './chip-fuzz.ts'

/** `chip-fuzz.slow.ts` does millions. */
const accesses = 30_000

test.each(['pc', 'q35'] as const)('%s: random accesses end well, and alike', (shape) => {
  expect(hashOf(shape, accesses)).toBe(hashOf(shape, accesses))
})
