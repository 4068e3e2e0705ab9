import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nsAtTick, tickAtNs, ticksPerSecond } from '../../src/machine/clock.ts'

test('a second is a second', () => {
  expect(nsAtTick(ticksPerSecond)).toBe(1_000_000_000n)
  expect(tickAtNs(1_000_000_000n)).toBe(ticksPerSecond)
  expect(nsAtTick(0)).toBe(0n)
  expect(tickAtNs(10n ** 20n)).toBe(Number.MAX_SAFE_INTEGER)
})

test('tickAtNs is the first tick that is not before', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 15n }), (ns) => {
      const tick = tickAtNs(ns)
      expect(nsAtTick(tick)).toBeGreaterThanOrEqual(ns)
      expect(nsAtTick(tick - 1)).toBeLessThan(ns)
    }),
  )
})
