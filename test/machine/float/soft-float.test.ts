import { expect, test } from 'vitest'
import { allControls, fewControls } from '../../oracle/float/controls.ts'
import {
  casesOf,
  digestsOf,
  firstDifference,
  readDigests,
  recordDigests,
} from '../../oracle/float/digests.ts'
import { cornerOperands, operandsOf } from '../../oracle/float/operands.ts'
import {
  conversionOperations,
  type FloatOperation,
  hardwareOperations,
  inlineOperations,
  operations,
  plainOperations,
} from '../../oracle/float/operations.ts'
import { ourRunner } from '../../oracle/float/ours.ts'
import type { Runner } from '../../oracle/float/program.ts'
import { Random } from '../../oracle/random.ts'

if (process.env['KERNELTEST_RECORD_VECTORS']) recordDigests()

/**
 * A quarter of what was recorded. `soft-float.slow.ts` has all, and shows cases where this machine can be
 * asked.
 */
const stride = 4

test.each(['sse', 'x87'] as const)('%s gives the results and flags of the recorded CPU', (unit) => {
  const run = ourRunner(operations)
  const judged = operations.map((operation, number) => {
    if (operation.unit !== unit) return { cases: 0, wrong: [] }
    const controls = fewControls(operation).filter((_, index) => index % stride === number % stride)
    return judge(operation, run, controls)
  })
  expect(judged.flatMap(({ wrong }) => wrong).join('\n')).toBe('')
  expect(judged.reduce((sum, { cases }) => sum + cases, 0)).toBeGreaterThan(2_000_000)
})

test.each([
  ['functions', hardwareOperations, 5],
  ['fast handlers', plainOperations, 5],
  ['conversions', conversionOperations, 18],
])('the floating-point unit of the host, put to use by %s, changes nothing', (_, hardware, count) => {
  const run = ourRunner(hardware)
  const judged = hardware.map((operation) => judge(operation, run, fewControls(operation).slice(0, count)))
  expect(judged.flatMap(({ wrong }) => wrong).join('\n')).toBe('')
})

/** WebAssembly engines compute with one compiler first, with another once code is hot. */
test('nothing changes once PE is set, cold or hot', () => {
  const [soft, inline] = [ourRunner(operations), ourRunner(inlineOperations)]
  for (const operation of inlineOperations) {
    const original = operations.find(({ name }) => name === operation.name) as FloatOperation
    const random = operandsOf(operation, new Random(operation.name), 2_000)
    for (const operands of [random, cornerOperands(operation), random]) {
      for (const control of allControls(operation).slice(0, 4)) {
        const expected = withPrecision(soft(original, control, operands))
        const actual = withPrecision(inline(operation, control, operands))
        expect(Buffer.compare(actual, expected), `${operation.name} ${control.toString(16)}`).toBe(0)
      }
    }
  }
})

function judge(operation: FloatOperation, run: Runner, controls: readonly number[]) {
  const recorded = readDigests()
  const wrong = [...digestsOf(operation, run, controls)].flatMap(([name, digests]) =>
    recorded.get(name) === digests ? [] : [`${name}: ${firstDifference(digests, recorded.get(name))}`],
  )
  return { cases: casesOf(operation) * controls.length, wrong }
}

/** Results with PE in their flags. */
function withPrecision(results: Uint8Array): Uint8Array {
  const words = new Uint32Array(results.buffer)
  for (let at = 3; at < words.length; at += 4) words[at] = (words[at] as number) | 0x20
  return results
}
