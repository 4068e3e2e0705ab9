import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rows } from '../../src/machine/cpu/table/rows.ts'
import { undocumentedFlags } from './quirks.ts'
import { root } from './source-file.ts'

test('every flag that a row leaves undefined is on the page', () => {
  expect(undocumentedFlags(readFileSync(join(root, 'docs/quirks.md'), 'utf8'), rows)).toEqual([])
})

test('flags that are not there are found', () => {
  const page = `# Quirks

## Undefined flags

| instruction | flags | here |
|---|---|---|
| ADD, SUB by 1 | AF | 0 |
| DIV | all six | unchanged |

## Others

MUL | OF
`
  const sample = [
    { mnemonic: 'ADD', facts: { undefined: 'a' } },
    { mnemonic: 'SUB', facts: { undefined: 'oa' } },
    { mnemonic: 'DIV', facts: { undefined: 'oszapc' } },
    { mnemonic: 'MUL', facts: { undefined: 'o' } },
  ]
  expect(undocumentedFlags(page, sample)).toEqual(['OF after SUB', 'OF after MUL'])
})
