import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { noteTotals } from '../../oracle/totals.ts'
import { buildProgram } from './build.ts'
import { programs } from './programs.ts'
import { readRecorded, recordedFolder } from './recorded.ts'
import { runOnEngine, runOnHost } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-programs-'))
afterAll(() => rmSync(folder, { recursive: true }))
const isRecording = process.env['KERNELTEST_RECORD_PROGRAMS'] === '1'

describe.each(programs)('$name', ({ name, sources, ...of }) => {
  test.each(of.builds)('compiled for $name', async (build) => {
    const path = join(folder, `${name} ${build.name}`.replaceAll(' ', '-'))
    buildProgram(sources, build, path)
    const expected = runOnHost(path)
    if (isRecording && build.name === of.recorded) {
      mkdirSync(recordedFolder, { recursive: true })
      copyFileSync(path, join(recordedFolder, `${name}.elf`))
      writeFileSync(join(recordedFolder, `${name}.txt`), expected)
    }
    const { text, ended, instructions } = await runOnEngine(path, build.features)
    expect({ ended, text }).toEqual({ ended: 'exit', text: expected })
    expect(text.split('\n').length).toBeGreaterThan(3)
    noteTotals('programs', {
      'compiled programs': 1,
      'thousand instructions': Math.round(instructions / 1000),
    })
  })
})

test.each(readRecorded())('$name prints here what was recorded', ({ path, text }) => {
  expect(runOnHost(path)).toBe(text)
})
