import { expect, test } from 'vitest'
import { type Bits, Decoder } from '../../src/machine/cpu/decode/decoder.ts'
import { allFeatures } from '../../src/machine/cpu/table/features.ts'
import type { Row } from '../../src/machine/cpu/table/row.ts'
import { rows } from '../../src/machine/cpu/table/rows.ts'
import { executeOn, newProcessor } from './control/processor.ts'
import { secondOpinion } from './iced.ts'

const prefixes: Readonly<Record<string, readonly number[]>> = { 66: [0x66], f2: [0xf2], f3: [0xf3] }
const maps = { one: [], '0f': [0x0f], '0f38': [0x0f, 0x38], '0f3a': [0x0f, 0x3a] } as const

/** Rows of MMX and SSE for memory alone, or for registers alone. */
const oneForm = rows.filter(
  ({ facts, rm }) => facts.form && rm === null && ['sse', 'mmx', 'sse-mmx'].includes(facts.fpu ?? ''),
)

/** The opcode with a register where the row wants memory, and the other way round; some bytes follow. */
function otherForm({ facts, map, opcode, extension }: Row): Uint8Array {
  const modrm = (facts.form === 'memory' ? 0xc1 : 0x01) | ((extension ?? 2) << 3)
  const prefix = prefixes[facts.prefix ?? ''] ?? []
  return Uint8Array.of(...prefix, ...maps[map], opcode, modrm, 0, 0, 0, 0)
}

test.each<[Bits]>([[16], [32], [64]])(
  '%i-bit code: the other form is what iced-x86 says that it is',
  (bits) => {
    const decoder = new Decoder(bits, allFeatures)
    const wrong = oneForm.filter((row) => {
      const bytes = otherForm(row)
      const isUndefined = decoder.decode(bytes, 0, bytes.length).verdict === 'undefined'
      return isUndefined !== (secondOpinion(bits, bytes, false) === null)
    })
    expect(wrong.map(({ encoding, mnemonic }) => `${encoding} ${mnemonic}`)).toEqual([])
  },
)

/** Without another row for the other form. */
const reserved = oneForm.filter(
  (row) =>
    new Decoder(64, allFeatures).decode(otherForm(row), 0, otherForm(row).length).verdict === 'undefined',
)

test('a reserved form is #UD when it runs', () => {
  const cpu = newProcessor()
  const ends = reserved.map((row) => {
    const code = `db ${[...otherForm(row)].join(', ')}`
    return `${row.encoding} ${row.mnemonic}: ${executeOn(cpu, { mode: 'long64', code })}`
  })
  expect(ends.filter((end) => !end.endsWith('#UD(0)'))).toEqual([])
  expect(ends.length).toBeGreaterThan(30)
})
