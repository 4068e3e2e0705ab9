import { expect, test } from 'vitest'
import { noteTotals } from '../../oracle/totals.ts'
import { hashOf } from './chip-fuzz.ts'

/** Two runs of each shape: ten million in all. */
const accesses = 2_500_000

test.each(['pc', 'q35'] as const)('%s: millions of random accesses end well, and alike', (shape) => {
  const hash = hashOf(shape, accesses)
  expect(hashOf(shape, accesses)).toBe(hash)
  noteTotals('chip fuzz', { accesses: 2 * accesses, [`is the hash of ${shape}`]: hash.toString(16) })
})
