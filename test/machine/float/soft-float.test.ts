import { expect, test } from 'vitest'
import {
  casesOf,
  digestsOf,
  firstDifference,
  readDigests,
  recordDigests,
} from '../../oracle/float/digests.ts'
import { operations } from '../../oracle/float/operations.ts'
import { ourRunner } from '../../oracle/float/ours.ts'

if (process.env['KERNELTEST_RECORD_VECTORS']) recordDigests()

/** A quarter of them. `soft-float.slow.ts` has all, and shows cases where this machine can be asked. */
const stride = 4

test.each(['sse', 'x87'] as const)('%s gives the results and flags of the recorded CPU', (unit) => {
  const recorded = readDigests()
  const run = ourRunner()
  const wrong: string[] = []
  let judged = 0
  for (const operation of operations.filter((one) => one.unit === unit)) {
    for (const [name, digests] of digestsOf(operation, run, stride)) {
      judged += casesOf(operation)
      if (recorded.get(name) !== digests)
        wrong.push(`${name}: ${firstDifference(digests, recorded.get(name))}`)
    }
  }
  expect(wrong.slice(0, 30).join('\n')).toBe('')
  expect(judged).toBeGreaterThan(2_000_000)
})
