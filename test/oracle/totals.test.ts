import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { groups, readRows, writeRows } from './totals.ts'

const page = readFileSync(new URL('../../docs/conformance.md', import.meta.url), 'utf8')

test('the page has a row of every group, in order, each with numbers and the sources that they are of', () => {
  const rows = readRows(page)
  expect([...rows.keys()]).toEqual(Object.keys(groups))
  for (const [group, row] of rows) {
    expect(row, group).toMatch(/^\| [^|]+ \| [^|]+ \| [^|]*\d[^|]* \| [0-9a-f]{7,}\b[^|]* \|\n$/)
  }
})

test('groups that were run get new rows, the others keep theirs', () => {
  const text =
    'Above.\n<!-- oracle -->\nold\nold\n| probes | p | 1 probe | 0 |\n| fuzz | f | 2 | 0 |\n<!-- /oracle -->\nBelow.\n'
  const note = (totals: object) => JSON.stringify({ group: 'fuzz', totals })
  const noted = `${note({ programs: 2_000_000 })}\n${note({ programs: 5, hash: 'abc' })}\n`
  expect(writeRows(text, noted, 'fedcba9')).toMatchInlineSnapshot(`
    "Above.
    <!-- oracle -->
    | group | what is compared | how much | recorded |
    |---|---|---|---|
    | probes | p | 1 probe | 0 |
    | fuzz | random guests of every mode, half of them random bytes | 2,000,005 programs; abc hash | fedcba9 |
    <!-- /oracle -->
    Below.
    "
  `)
})
