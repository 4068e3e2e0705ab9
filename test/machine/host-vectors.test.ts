import { expect, test } from 'vitest'
import { modelFeatures } from '../../src/machine/cpu/table/features.ts'
import { casesOf, type Section, sections, vectorsPerForm } from '../oracle/cases.ts'
import { OurCpu } from '../oracle/our-cpu.ts'
import { record } from '../oracle/record.ts'
import { definedFlags } from '../oracle/undefined-flags.ts'
import { line, readVectors } from '../oracle/vectors.ts'
import { differsByVendor } from '../oracle/vendor-differences.ts'

if (process.env['KERNELTEST_RECORD_VECTORS']) record()

const recorded = readVectors()

interface Verdict {
  judged: number
  readonly wrong: string[]
}

/** Each case twice: through fast handlers where there are some, then through slow ones. */
function judge(section: Section, ours: OurCpu, verdict: Verdict): void {
  const lines = recorded.get(section.name) ?? []
  let index = 0
  for (const input of casesOf(section)) {
    const expected = lines[index++] ?? 'not recorded'
    if (differsByVendor(input)) continue
    verdict.judged++
    const flags = definedFlags(input)
    for (const tlb of ['warm', 'empty'] as const) {
      const result = comparable(line(input, ours.run(input, tlb)), flags)
      if (result === comparable(expected, flags)) continue
      verdict.wrong.push(`${section.name}, TLB ${tlb}\n  host ${expected}\n  ours ${result}`)
    }
  }
}

/** Undefined flags are not compared. */
function comparable(text: string, flags: number): string {
  const [code, ended = '', value = '', ...rest] = text.split(' ')
  return [code, ended, (Number.parseInt(value, 16) & flags).toString(16), ...rest].join(' ')
}

const isClaimed = ({ row }: Section) => !row.facts.cpuid || modelFeatures.has(row.facts.cpuid)

test.each([64, 32, 16] as const)(
  '%i-bit code does what the recorded CPU did',
  { timeout: 300_000 },
  (bits) => {
    const ours = new OurCpu()
    const verdict: Verdict = { judged: 0, wrong: [] }
    for (const section of sections()) {
      if (section.form.bits === bits && isClaimed(section)) judge(section, ours, verdict)
    }
    const { judged, wrong } = verdict
    const report = `${wrong.length} of ${judged} wrong\n${wrong.slice(0, 30).join('\n')}`
    expect(report).toBe(`0 of ${judged} wrong\n`)
    expect(judged).toBeGreaterThan(10_000)
  },
)

test('every form of every user-level row has been recorded', () => {
  const missing = sections().filter(({ name }) => (recorded.get(name)?.length ?? 0) < vectorsPerForm)
  expect(missing.map(({ name }) => name)).toEqual([])
})
