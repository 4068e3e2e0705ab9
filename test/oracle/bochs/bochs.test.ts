import { expect, test } from 'vitest'
import { documentedTable, probeTable } from './document.ts'
import { readRecords } from './expected.ts'
import { groups } from './groups.ts'
import { ours } from './ours.ts'
import { expectedOf, prepare } from './suite.ts'

test.each(groups.map(({ name }) => name))(
  '%s: our processor does what is right',
  { timeout: 120_000 },
  (name) => {
    const differences: string[] = []
    const prepared = prepare(`${name}: `).filter(({ group }) => group === name)
    for (const one of prepared) {
      const [expected, got] = [expectedOf(one), ours(one)].map((lines) => lines.join('\n    '))
      if (got !== expected) differences.push(`${one.probe.name}\n  - ${expected}\n  + ${got}`)
    }
    expect(differences.join('\n')).toBe('')
    expect(prepared.length).toBeGreaterThan(0)
  },
)

test('the documentation counts them', () => {
  expect(documentedTable()).toBe(probeTable())
})

test('each probe has come to an end', () => {
  const endless = groups.flatMap(({ name }) =>
    [...readRecords(name)].filter(([, lines]) => lines.length === 0 || lines.includes('no end')),
  )
  expect(endless).toEqual([])
})

test('probes have names of their own', () => {
  const names = groups.flatMap(({ name, probes }) => probes.map((probe) => `${name}: ${probe.name}`))
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  expect(names.length).toBeGreaterThan(3700)
})
