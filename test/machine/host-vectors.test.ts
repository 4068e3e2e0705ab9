import { expect, test } from 'vitest'
import { caseCount, sections, vectorsPerForm } from '../oracle/cases.ts'
import { judgeVectors } from '../oracle/judge.ts'
import { record } from '../oracle/record.ts'
import { readVectors } from '../oracle/vectors.ts'

if (process.env['KERNELTEST_RECORD_VECTORS']) record()

/** A quarter of them; `host-vectors.slow.ts` takes all. */
const stride = 4

test.each([64, 32, 16] as const)('%i-bit code does what the recorded CPU did', (bits) => {
  const { judged, wrong } = judgeVectors(bits, stride)
  expect(wrong.slice(0, 30).join('\n')).toBe('')
  expect(judged).toBeGreaterThan(3_000)
})

test('every form of every user-level row has been recorded', () => {
  const recorded = readVectors()
  const missing = sections().filter((section) => recorded.get(section.name)?.length !== caseCount(section))
  expect(missing.map(({ name }) => name)).toEqual([])
  expect(vectorsPerForm).toBeGreaterThanOrEqual(16)
})

test('each row raises the exceptions of its own that the table lists', () => {
  const recorded = readVectors()
  const vectors: Readonly<Record<string, string>> = {
    ...{ '#DE': '#0', '#BR': '#5', '#GP(0) for reserved bits': '#13:0' },
  }
  const missing = sections().flatMap(({ name, row }) =>
    (row.facts.faults ?? []).filter((fault) => {
      const end = vectors[fault] ?? fault
      return !recorded.get(name)?.some((line) => line.split(' ')[1] === end)
    }),
  )
  expect(missing).toEqual([])
})

test('strings are compared in every way', () => {
  const ways = new Map<string, Set<number>>()
  for (const [name, lines] of readVectors()) {
    const mnemonic = /PCMP[EI]STR[IM]/.exec(name)?.[0]
    if (!mnemonic) continue
    const own = ways.get(mnemonic) ?? new Set()
    ways.set(mnemonic, own)
    // The last byte of the code; bit 7 of the immediate means nothing.
    for (const line of lines) own.add(Number.parseInt(line.split(' ')[0]?.slice(-2) ?? '', 16) & 0x7f)
  }
  expect([...ways.values()].map(({ size }) => size)).toEqual([128, 128, 128, 128])
})

test('each exception that user-level instructions raise has been recorded', () => {
  const ends = new Map<string, number>()
  for (const lines of readVectors().values()) {
    for (const line of lines) {
      const end = line.split(' ')[1] ?? ''
      ends.set(end, (ends.get(end) ?? 0) + 1)
    }
  }
  const vectors = { divide: '#0', bound: '#5', undefined: '#6', stack: '#12:0', protection: '#13:0' }
  for (const end of Object.values(vectors)) expect(ends.get(end), end).toBeGreaterThan(16)
})
