import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { testQemus } from '../engines/qemu/test-qemus.ts'

const examples = fileURLToPath(new URL('../../examples', import.meta.url))
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[]
      readonly title: string
      readonly status: string
    }[]
  }[]
}

/** What decides where an example runs. */
type Environment = Readonly<Record<string, string>>

/** Runs an example as its user would, with the built package, and answers one line a test. */
function run(environment: Environment, example: string, ...args: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-example-'))
  const file = join(folder, 'report.json')
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'))
  const env = { ...Object.fromEntries(inherited), ...environment }
  const command = [vitest, 'run', '--reporter=json', `--outputFile=${file}`, ...args]
  const child = spawnSync(process.execPath, command, { cwd: join(examples, example), env, encoding: 'utf8' })
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report
    return report.testResults
      .flatMap((one) => one.assertionResults)
      .map((one) => `${one.status}: ${[...one.ancestorTitles, one.title].join('::')}`)
      .sort()
  } catch (error) {
    throw new Error(`${example} made no report: ${child.stdout}${child.stderr}`, { cause: error })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const onQemu = testQemus.map(({ version, path }) => ({
  where: `QEMU ${version}`,
  environment: { KERNELTEST_ENGINE: 'qemu', KERNELTEST_QEMU: path },
}))
const byDefault = {
  where: 'the default engine with no QEMU there',
  environment: { KERNELTEST_ENGINE: 'auto', KERNELTEST_QEMU: '/none' },
}

describe.each([...onQemu, byDefault])('on $where', ({ environment }) => {
  test.each(readdirSync(examples))('%s passes', { timeout: 120_000 }, (example) => {
    const lines = run(environment, example)
    expect(lines.length).toBeGreaterThan(1)
    expect(lines.filter((line) => !line.startsWith('passed'))).toEqual([])
  })

  test('guest-tests has a config whose tests fail', { timeout: 120_000 }, () => {
    expect(run(environment, 'guest-tests', '--config', 'vitest.failing.config.ts')).toMatchInlineSnapshot(`
      [
        "failed: guest_tests::heap::survives_a_huge_allocation",
        "failed: guest_tests::two_and_two_are_five",
        "passed: guest_tests::after",
        "passed: guest_tests::before",
        "passed: guest_tests::before",
        "skipped: (1 test not run)",
      ]
    `)
  })
})
