import { modelFeatures } from '../../../src/machine/cpu/table/features.ts'
import { rows } from '../../../src/machine/cpu/table/rows.ts'
import { hashOf, type Totals } from './fuzz.ts'

export { addTotals, emptyTotals } from './fuzz.ts'

const counts = (record: Readonly<Record<string, number>>) =>
  Object.entries(record)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')

/** Rows of the model that can retire: what only ever raises #UD does not. */
const reachable = rows.filter((row) => {
  const { cpuid, alwaysUndefined } = row.facts
  return (!cpuid || modelFeatures.has(cpuid)) && !alwaysUndefined
})

/** Of the rows that can retire those that never did, and how many did. */
export function coverageOf({ retired }: Totals) {
  const missing = reachable.filter(({ id }) => (retired[id] ?? 0) === 0)
  return {
    all: reachable.length,
    met: reachable.length - missing.length,
    missing: missing.map(({ encoding, mnemonic }) => `${encoding} ${mnemonic}`),
  }
}

/** What a run of programs gave, with every row that never retired. */
export function report(totals: Totals): string {
  const { all, met, missing } = coverageOf(totals)
  return [
    `${totals.programs} programs, ${totals.units} units`,
    `ended: ${counts(totals.endings)}`,
    `repeated: ${counts(totals.repeated)}`,
    `rows retired where counted: ${met} of ${all}; never ${missing.join(', ') || 'none'}`,
    `hash ${hashOf(totals)}`,
    ...totals.failures.slice(0, 50),
  ].join('\n')
}
