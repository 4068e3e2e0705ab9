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

/** Undefined flags are not compared. */
function comparable(text: string, flags: number): string {
  const [code, ended = '', value = '', ...rest] = text.split(' ')
  return [code, ended, (Number.parseInt(value, 16) & flags).toString(16), ...rest].join(' ')
}

const claimed = ({ row }: Section) => !row.facts.cpuid || modelFeatures.has(row.facts.cpuid)

test.each([64, 32, 16] as const)(
  'user-level %i-bit code does what the recorded CPU did',
  (bits) => {
    const ours = new OurCpu()
    const wrong: string[] = []
    let judged = 0
    for (const section of sections().filter(({ form }) => form.bits === bits)) {
      if (!claimed(section)) continue
      const lines = recorded.get(section.name) ?? []
      let index = 0
      for (const input of casesOf(section)) {
        const expected = lines[index++] ?? 'not recorded'
        if (differsByVendor(input)) continue
        judged++
        const flags = definedFlags(input)
        const result = comparable(line(input, ours.run(input)), flags)
        if (result !== comparable(expected, flags)) {
          wrong.push(`${section.name}\n  host ${expected}\n  ours ${result}`)
        }
      }
    }
    expect(`${wrong.length} of ${judged} wrong\n${wrong.slice(0, 30).join('\n')}`).toBe(
      `0 of ${judged} wrong\n`,
    )
  },
  300_000,
)

test('every form of every user-level row has been recorded', () => {
  const missing = sections().filter(({ name }) => (recorded.get(name)?.length ?? 0) < vectorsPerForm)
  expect(missing.map(({ name }) => name)).toEqual([])
})
