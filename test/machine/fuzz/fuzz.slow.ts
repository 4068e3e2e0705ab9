import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { noteTotals } from '../../oracle/totals.ts'
import { hashOf, type Totals } from './fuzz.ts'
import { coverageOf } from './report.ts'

const driver = fileURLToPath(new URL('main.mjs', import.meta.url))
const programs = Number(process.env['KERNELTEST_FUZZ'] ?? 2_000_000)
/** Another Node for the second run, where there is one: its hash must be the same. */
const otherNode = process.env['KERNELTEST_OTHER_NODE'] ?? process.execPath
const hours = 60 * 60_000

function run(node: string): Totals {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-fuzz-totals-'))
  try {
    const file = join(folder, 'totals.json')
    const parameters = [driver, '--programs', `${programs}`, '--node', node, '--totals', file]
    const { status } = spawnSync(process.execPath, parameters, { stdio: ['ignore', 'inherit', 'inherit'] })
    expect(status).toBe(0)
    return JSON.parse(readFileSync(file, 'utf8')) as Totals
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const versionOf = (node: string) => spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()

test(
  'two million random guests, twice, with one hash',
  () => {
    const [first, second] = [run(process.execPath), run(otherNode)]
    expect(hashOf(second)).toBe(hashOf(first))
    expect(first.units).toBeGreaterThan(500 * programs)
    const { all, met, missing } = coverageOf(first)
    const nodes = [...new Set([process.execPath, otherNode].map(versionOf))].join(' and ')
    const never = missing.length > 20 ? '' : `, never ${missing.join(', ')}`
    noteTotals('fuzz', {
      'programs, twice': first.programs,
      units: first.units,
      [`rows of ${all} retired where counted${missing.length > 0 ? never : ''}`]: met,
      [`is the hash on ${nodes}`]: hashOf(first),
    })
  },
  8 * hours,
)
