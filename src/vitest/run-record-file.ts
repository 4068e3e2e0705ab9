import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunRecord } from '../report/run-record.ts'
import { KernelTestError } from '../support/errors.ts'

/** Where the record of the last run of a project lies. */
export function runRecordPath(root: string): string {
  return join(root, '.kerneltest', 'last-run.json')
}

/** @throws KernelTestError KT5021 when there is none, or one of another version of kerneltest. */
export function readRunRecord(root: string): RunRecord {
  const path = runRecordPath(root)
  const record = parse(path)
  if (record?.version === 1) return record
  throw new KernelTestError(
    'KT5021',
    record === null
      ? `there is no record of a run at ${path}`
      : `${path} is of another version of kerneltest`,
    'Run the tests here first, with `npx kerneltest` or, with the plugin of kerneltest/vitest, `npx vitest run`.',
  )
}

function parse(path: string): RunRecord | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RunRecord
  } catch {
    return null
  }
}
