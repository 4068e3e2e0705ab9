import { expect, test } from 'vitest'
import { noteTotals } from '../totals.ts'
import { readRecords, writeRecords } from './expected.ts'
import { groups } from './groups.ts'
import { prepare, recordAll } from './suite.ts'

/** Writes what Bochs gives instead of comparing. */
const isRecording = process.env['KERNELTEST_RECORD_BOCHS'] !== undefined

test.each(groups)('Bochs gives what is recorded of $name', async ({ name, probes }) => {
  const fresh = new Map<string, readonly string[]>()
  const prepared = prepare(`${name}: `).filter(({ group }) => group === name)
  await recordAll(prepared, ({ probe }, lines) => fresh.set(probe.name, lines))
  const ordered = new Map(probes.map((probe) => [probe.name, fresh.get(probe.name) ?? ['no record']]))
  if (isRecording) writeRecords(name, ordered)
  expect(readRecords(name)).toEqual(ordered)
  noteTotals('probes', { probes: probes.length, groups: 1 })
})
