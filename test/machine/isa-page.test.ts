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

test('what runs was judged from outside: each row, size, shape and exception', () => {
  expect(openQuestions(evidence)).toEqual([])
})
