import { expect, test } from 'vitest'
import { programs } from './programs.ts'
import { readRecorded } from './recorded.ts'
import { runOnEngine } from './run.ts'

const recorded = readRecorded()

test('the programs that should be recorded are', () => {
  const wanted = programs.filter((program) => program.recorded).map(({ name }) => name)
  expect(recorded.map(({ name }) => name)).toEqual(wanted.toSorted())
})

test.each(recorded)('$name prints what it has printed on the host', async ({ path, text }) => {
  expect(await runOnEngine(path)).toMatchObject({ ended: 'exit', text })
})
