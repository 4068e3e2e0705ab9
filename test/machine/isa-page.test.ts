import { expect, test } from 'vitest'
import { rows } from '../../src/machine/cpu/table/rows.ts'
import { readEvidence } from '../oracle/evidence.ts'
import { homeOf, isaPage, openQuestions } from '../oracle/isa-page.ts'

const evidence = readEvidence(rows)

test('docs/internals/isa.md is current; -u writes it', async () => {
  await expect(isaPage(evidence)).toMatchFileSnapshot('../../docs/internals/isa.md')
})

test('every integer and system row runs', () => {
  const missing = rows.filter((row) => homeOf(row) === 'next' && !row.facts.fpu)
  expect(missing.map(({ encoding, mnemonic }) => `${encoding} ${mnemonic}`)).toEqual([])
})

test('what runs was judged from outside, but for these rows; -u writes them', () => {
  const open = openQuestions(evidence).filter((line) => line.endsWith(': everything'))
  expect(open.join('\n')).toMatchInlineSnapshot(`
    "0F A8 PUSHS: everything
    0F A9 POPS: everything
    6D INS: everything
    6F OUTS: everything
    ED IN: everything
    EE OUT: everything
    EF OUT: everything"
  `)
})
