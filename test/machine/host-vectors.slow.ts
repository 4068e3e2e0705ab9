import { expect, test } from 'vitest'
import { judgeVectors } from '../oracle/judge.ts'
import { noteTotals } from '../oracle/totals.ts'

test.each([64, 32, 16] as const)('all vectors of %i-bit code', (bits) => {
  const { judged, wrong } = judgeVectors(bits, 1)
  expect(wrong).toEqual([])
  expect(judged).toBeGreaterThan(12_000)
  noteTotals('host vectors', { [`of ${bits}-bit code`]: judged })
})
