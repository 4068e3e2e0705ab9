import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { noteTotals } from '../../oracle/totals.ts'
import { buildProgram } from './build.ts'
import { programs } from './programs.ts'
import { runOnEngine, runOnHost } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-programs-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe.each(programs)('$name', ({ name, sources, builds }) => {
  test.each(builds)('compiled for $name', async (build) => {
    const path = join(folder, `${name} ${build.name}`.replaceAll(' ', '-'))
    buildProgram(sources, build, path)
    const expected = runOnHost(path)
    const { text, ended, instructions } = await runOnEngine(path, build.features)
    expect({ ended, text }).toEqual({ ended: 'exit', text: expected })
    expect(text.split('\n').length).toBeGreaterThan(3)
    noteTotals('programs', { 'compiled programs': 1, 'million instructions': instructions / 1e6 })
  })
})
