import { rows } from '../../../src/machine/cpu/table/rows.ts'
import { hashOf, type Totals } from './fuzz.ts'

export { addTotals, emptyTotals } from './fuzz.ts'

const counts = (record: Readonly<Record<string, number>>) =>
  Object.entries(record)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')

/** What a run of programs gave, with every row that never retired. */
export function report(totals: Totals): string {
  const isFloating = (id: number) => rows[id]?.facts.fpu !== undefined
  const met = rows.filter(({ id }) => (totals.retired[id] ?? 0) > 0)
  const missing = rows.filter(({ id }) => (totals.retired[id] ?? 0) === 0)
  const named = (chosen: typeof missing) =>
    chosen.map(({ encoding, mnemonic }) => `${encoding} ${mnemonic}`).join('; ')
  return [
    `${totals.programs} programs, ${totals.units} units`,
    `ended: ${counts(totals.endings)}`,
    `repeated: ${counts(totals.repeated)}`,
    `rows retired: ${met.length} of ${rows.length}`,
    `never, x87 and SIMD: ${missing.filter(({ id }) => isFloating(id)).length}`,
    `never, others: ${named(missing.filter(({ id }) => !isFloating(id)))}`,
    `hash ${hashOf(totals)}`,
    ...totals.failures.slice(0, 50),
  ].join('\n')
}
