import { expect, test } from 'vitest'
import { ChipFuzz } from './chip-fuzz.ts'

const accesses = 30_000

/** `chip-fuzz.slow.ts` does ten million. */
test.each(['pc', 'q35'] as const)('%s: random accesses end well, and alike', (shape) => {
  const hashes = [1, 2].map(() => {
    const fuzz = new ChipFuzz(shape, 'kerneltest chips')
    fuzz.run(accesses)
    return fuzz.hash
  })
  expect(hashes[1]).toBe(hashes[0])
})
