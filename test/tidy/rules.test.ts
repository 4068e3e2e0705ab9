import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { brokenRules } from './rules.ts'
import { root } from './source-file.ts'

function read(path: string): string | null {
  const file = join(root, path)
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}

test('each rule of the CPU names the file and the test that hold it', () => {
  expect(brokenRules(readFileSync(join(root, 'docs/internals/cpu.md'), 'utf8'), read)).toEqual([])
})

test('rules that nothing holds are found', () => {
  const page = `# CPU

## Rules as decided

1. One. [a](../../src/a.ts), [test](../../test/a.test.ts "title")
3. Three. [a](../../src/a.ts)
3. A rule
   of two lines. [gone](../../src/gone.ts), [test](../../test/a.test.ts), [probe](../../test/a.txt "prot32 A")
4. Four. [a](../../src/a.ts) [test](../../test/a.test.ts "tit"), [probe](../../test/a.txt "prot32 A: b")

## Other

5. No rule
`
  const files: Readonly<Record<string, string>> = {
    'src/a.ts': '',
    'test/a.test.ts': "test('title', () => {})",
    'test/a.txt': '# Recorded\nprot32 A: b\n  end\n',
  }
  expect(brokenRules(page, (path) => files[path] ?? null)).toMatchInlineSnapshot(`
    [
      "rule 2 has another number: 3. Three. [a](../../src/a.ts)
    ",
      "rule 2 links to nothing in test/",
      "rule 3 links to src/gone.ts, which is not there",
      "rule 3 names no test of test/a.test.ts",
      "rule 3 names "prot32 A", which is not in test/a.txt",
      "rule 4 names "tit", which is not in test/a.test.ts",
    ]
  `)
  expect(brokenRules('# CPU\n', () => null)).toEqual(['there are no rules under "## Rules as decided"'])
})
