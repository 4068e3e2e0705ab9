import { expect, test } from 'vitest'
import { allControls } from '../../oracle/float/controls.ts'
import { denseOperands } from '../../oracle/float/dense-operands.ts'
import { digestsOf, readDigests } from '../../oracle/float/digests.ts'
import { withHost } from '../../oracle/float/host.ts'
import { cornerOperands, operandsOf } from '../../oracle/float/operands.ts'
import { caseBytes, type FloatOperation, operations, resultBytes } from '../../oracle/float/operations.ts'
import { ourRunner } from '../../oracle/float/ours.ts'
import type { Runner } from '../../oracle/float/program.ts'
import { Random } from '../../oracle/random.ts'
import { noteTotals } from '../../oracle/totals.ts'

const seed = 'kerneltest slow 1'
const randomCases = 5_000

/** Every operation under every rounding, precision and set of masks, against this machine's CPU. */
test('soft float does what the host does', () => {
  const ours = ourRunner(operations)
  const [judged, wrong] = withHost((host, cpu) => {
    const found: string[] = []
    const counts = operations.map((operation) => compare(operation, host, ours, found))
    const cases = counts.reduce((sum, count) => sum + count, 0)
    process.stdout.write(`${cases} cases of soft float against ${cpu}\n`)
    return [cases, found] as const
  })
  expect(wrong.slice(0, 30).join('\n')).toBe('')
  expect(judged).toBeGreaterThan(200_000_000)
  noteTotals('soft float', { cases: judged })
})

test('all that was recorded', () => {
  const recorded = readDigests()
  const ours = ourRunner(operations)
  const digests = operations.flatMap((operation) => [...digestsOf(operation, ours)])
  const wrong = digests.filter(([name, digest]) => recorded.get(name) !== digest)
  expect(wrong.map(([name]) => name)).toEqual([])
  expect(digests.length).toBe(recorded.size)
})

function compare(operation: FloatOperation, host: Runner, ours: Runner, found: string[]): number {
  const corners = cornerOperands(operation)
  const dense = denseOperands(operation, new Random(`${seed} ${operation.name}`))
  let judged = 0
  for (const control of allControls(operation)) {
    const random = new Random(`${seed} ${operation.name} ${control}`)
    for (const operands of [corners, dense, operandsOf(operation, random, randomCases)]) {
      const [expected, actual] = [host(operation, control, operands), ours(operation, control, operands)]
      const cases = operands.length / caseBytes
      judged += cases
      if (Buffer.compare(expected, actual) === 0) continue
      for (let index = 0; index < cases && found.length < 30; index++) {
        const [theirs, mine] = [expected, actual].map((results) => resultAt(results, index))
        if (theirs === mine) continue
        const a = numberAt(operands, index * caseBytes)
        const b = numberAt(operands, index * caseBytes + 16)
        found.push(`${operation.name} ${control.toString(16)}: ${a} ${b}: host ${theirs}, ours ${mine}`)
      }
    }
  }
  return judged
}

function resultAt(results: Uint8Array, index: number): string {
  const view = new DataView(results.buffer, results.byteOffset + index * resultBytes)
  const more = view.getUint16(10, true).toString(16)
  return `${numberAt(results, index * resultBytes)} conditions ${more} flags ${view.getUint32(12, true).toString(16)}`
}

function numberAt(bytes: Uint8Array, at: number): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at)
  const low = view.getBigUint64(0, true).toString(16).padStart(16, '0')
  return `${view.getUint16(8, true).toString(16)}:${low}`
}
