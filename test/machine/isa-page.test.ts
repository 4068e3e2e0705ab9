import { expect, test } from 'vitest'
import { rows } from '../../src/machine/cpu/table/rows.ts'
import { readEvidence } from '../oracle/evidence.ts'
import { homeOf, isaPage, unjudgedRows } from '../oracle/isa-page.ts'

const evidence = readEvidence(rows)

test('docs/internals/isa.md is current; -u writes it', async () => {
  await expect(isaPage(evidence)).toMatchFileSnapshot('../../docs/internals/isa.md')
})

test('every integer and system row runs', () => {
  const missing = rows.filter((row) => homeOf(row) === 'next' && !row.facts.fpu)
  expect(missing.map(({ encoding, mnemonic }) => `${encoding} ${mnemonic}`)).toEqual([])
})

test('what runs was judged from outside, but for these rows; -u writes them', () => {
  const unjudged = unjudgedRows(evidence).map(({ encoding, mnemonic }) => `${encoding} ${mnemonic}`)
  expect(unjudged.join('\n')).toMatchInlineSnapshot(`
    "CE INTO
    06 PUSHS
    07 POPS
    0E PUSHS
    16 PUSHS
    0F A0 PUSHS
    0F A1 POPS
    0F A8 PUSHS
    0F A9 POPS
    C4 /r LES
    6C INS
    6D INS
    6E OUTS
    6F OUTS
    E4 IN
    E5 IN
    EC IN
    ED IN
    E6 OUT
    E7 OUT
    EE OUT
    EF OUT
    63 /r ARPL
    0F 00 /0 SLDT
    0F 00 /1 STR
    0F 00 /2 LLDT
    0F 00 /4 VERR
    0F 00 /5 VERW
    0F 03 /r LSL
    FA CLI"
  `)
})
