import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const script = fileURLToPath(new URL('../../scripts/summary.mjs', import.meta.url))

interface Case {
  readonly title: string
  readonly status: string
  readonly failureMessages?: readonly string[]
}

function summary(reports: Record<string, { success: boolean; cases: readonly Case[] }>, allowed: object) {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-summary-'))
  for (const [name, { success, cases }] of Object.entries(reports)) {
    const assertionResults = cases.map((one) => ({ ancestorTitles: [], ...one }))
    const testResults = [
      { name: `${process.cwd()}/test/${name}.test.ts`, status: 'passed', assertionResults },
    ]
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ success, testResults }))
  }
  const list = join(folder, 'allowed.list')
  writeFileSync(list, JSON.stringify(allowed))
  const run = spawnSync(process.execPath, [script, folder, list], { encoding: 'utf8' })
  return { status: run.status, lines: run.stdout.trimEnd().replaceAll(folder, 'FOLDER').split('\n') }
}

const passed = { title: 'good', status: 'passed' }

test('sums several reports, with an allowed skip', () => {
  const skipped = { title: 'needs root', status: 'skipped' }
  const reports = {
    a: { success: true, cases: [passed, passed] },
    b: { success: true, cases: [passed, skipped] },
  }
  expect(summary(reports, { 'test/b.test.ts > needs root': 'cannot become another user' })).toEqual({
    status: 0,
    lines: ['3 passed, 0 failed, 1 skipped'],
  })
})

test('a skip without a reason, a failure, an empty file and a failed run are failures', () => {
  const reports = {
    a: { success: true, cases: [passed, { title: 'quietly left out', status: 'pending' }] },
    b: {
      success: false,
      cases: [{ title: 'bad', status: 'failed', failureMessages: ['Error: 1 is not 2\n    at its place'] }],
    },
    c: { success: true, cases: [] },
    d: { success: false, cases: [passed] },
  }
  expect(summary(reports, {})).toMatchInlineSnapshot(`
    {
      "lines": [
        "FAILED  test/b.test.ts > bad: Error: 1 is not 2",
        "FAILED  test/a.test.ts > quietly left out: skipped, and test/allowed-skips.json gives no reason",
        "FAILED  test/c.test.ts: no tests (passed)",
        "FAILED  d.json: the run failed outside of its tests",
        "2 passed, 4 failed, 0 skipped",
      ],
      "status": 1,
    }
  `)
})

test('no report at all is a failure', () => {
  expect(summary({}, {})).toMatchInlineSnapshot(`
    {
      "lines": [
        "FAILED  no report in FOLDER",
        "0 passed, 1 failed, 0 skipped",
      ],
      "status": 1,
    }
  `)
})
