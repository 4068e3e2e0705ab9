import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { htmlReport } from '../report/html-report.ts'
import type { RunRecord } from '../report/run-record.ts'
import { KernelTestError } from '../support/errors.ts'
import { readRunRecord } from '../vitest/run-record-file.ts'
import { type ExitStatus, exitStatus } from './exit-status.ts'
import { parseImageArguments, unknownArgument } from './parse-arguments.ts'
import { reportOptions } from './report-options.ts'

/**
 * `kerneltest report [DIRECTORY]`: writes the last run of the project in DIRECTORY as one HTML page and
 * prints its path.
 * @throws KernelTestError KT5021 when there was no run, KT6010 when the page cannot be written.
 */
export async function report(argv: readonly string[]): Promise<ExitStatus> {
  const { image: directory, values, ignored } = parseImageArguments(argv, reportOptions)
  const [extra] = ignored
  if (extra !== undefined) throw unknownArgument(extra, reportOptions, 'Name one directory.')
  const root = resolve(directory ?? '.')
  const record = readRunRecord(root)
  const output = resolve(values.get('output')?.[0] ?? join(root, '.kerneltest', 'report.html'))
  write(
    output,
    htmlReport(record, (path) => readIfThere(resolve(root, path))),
  )
  process.stdout.write(`${summary(record)}\n${relative(process.cwd(), output)}\n`)
  return exitStatus.asExpected
}

/** With the time, because a run without the plugin leaves the record of an older one in place. */
function summary({ at, tests, comparisons }: RunRecord): string {
  const differ = comparisons.filter(({ outcome }) => outcome === 'mismatch').length
  const counts = `${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`
  const when = `${at.slice(0, 16).replace('T', ' ')} UTC`
  return `run of ${when}: ${counts}; ${comparisons.length} screenshots compared, ${differ} differ`
}

function readIfThere(path: string): Uint8Array | null {
  try {
    return readFileSync(path)
  } catch {
    return null
  }
}

function write(path: string, page: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, page)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new KernelTestError(
      'KT6010',
      `the report could not be written: ${why}`,
      'Name another place: --output FILE.',
    )
  }
}
