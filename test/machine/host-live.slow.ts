import { expect, test } from 'vitest'
import { sections } from '../oracle/cases.ts'
import { judgeLive } from '../oracle/live.ts'
import { noteTotals } from '../oracle/totals.ts'

const wanted = 3_200_000

/** Beside the vectors that are kept: many more, for the CPU that this runs on. */
test('new cases of every form, as the host at hand does them', () => {
  const perForm = Math.ceil(wanted / sections().length)
  const { cpu, judged, wrong } = judgeLive(perForm, 'kerneltest live 1')
  const count = Object.values(judged).reduce((sum, one) => sum + one, 0)
  process.stdout.write(`${count} vectors against ${cpu}: ${JSON.stringify(judged)}\n`)
  expect(wrong.join('\n')).toBe('')
  expect(count).toBeGreaterThan(3_000_000)
  noteTotals('live host vectors', judged)
})
