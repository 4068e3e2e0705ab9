import fc from 'fast-check'
import { expect, test } from 'vitest'
import { msAtTick, nsAtTick, tickAtMs, tickAtNs, ticksPerSecond } from '../../src/machine/clock.ts'

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

test('milliseconds are those of the nanoseconds, for 104 days', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 8_986_000_000 }), (ms) => {
      const tick = tickAtMs(ms)
      expect(tick).toBe(tickAtNs(BigInt(ms) * 1_000_000n))
      expect(msAtTick(tick)).toBe(ms)
      expect(msAtTick(tick + 1_002_271)).toBe(Number(nsAtTick(tick + 1_002_271) / 1_000_000n))
    }),
  )
})
