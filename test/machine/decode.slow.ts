import { describe, expect, test } from 'vitest'
import { allFeatures } from '../../src/machine/cpu/table/features.ts'
import { rows } from '../../src/machine/cpu/table/rows.ts'
import { noteTotals } from '../oracle/totals.ts'
import { everyOpcode, Judge, prefixedCode, prefixesOf, randomCode } from './decode-judge.ts'
import { disagreements } from './disagreements.ts'

const widths = [16, 32, 64] as const
const met = new Set<unknown>()
let encodings = 0

function finish(judge: Judge): void {
  expect(judge.differences.slice(0, 20)).toEqual([])
  for (const disagreement of judge.explained.keys()) met.add(disagreement)
  encodings += judge.agreed
}

describe.each(widths)('in %i-bit code, iced-x86 agrees', (bits) => {
  test('over every opcode of every map', () => {
    const judge = new Judge(bits)
    for (const bytes of everyOpcode(bits, prefixesOf(bits), 3)) judge.ask(bytes)
    finish(judge)
  })

  test('over random bytes', () => {
    const judge = new Judge(bits)
    for (const bytes of randomCode(bits + 3, 500_000)) judge.ask(bytes)
    finish(judge)
  })

  test('over up to 15 prefixes in any order', () => {
    const judge = new Judge(bits)
    for (const bytes of prefixedCode(bits + 4, 300_000, 3)) judge.ask(bytes)
    for (const bytes of prefixedCode(bits + 5, 300_000, 15)) judge.ask(bytes)
    finish(judge)
  })

  test('with every feature that the table knows and every ModRM byte; no row is out of reach', () => {
    const judge = new Judge(bits, allFeatures)
    for (const bytes of everyOpcode(bits, prefixesOf(bits), 1)) judge.ask(bytes)
    finish(judge)
    const here = rows.filter(({ facts: { only } }) => !only || (only === 'long') === (bits === 64))
    expect(here.filter((row) => !judge.rows.has(row)).map((row) => row.encoding)).toEqual([])
  })
})

test('over two million encodings, and every disagreement on the list was met', () => {
  expect(disagreements.filter((one) => !met.has(one)).map(({ why }) => why)).toEqual([])
  expect(encodings).toBeGreaterThan(2_000_000)
  noteTotals('iced-x86', { encodings, 'kinds of disagreement, explained': disagreements.length })
})
