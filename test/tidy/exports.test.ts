import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exportsOf, type PublicExport, undocumented } from './exports.ts'
import { filesUnder, root, type TextFile } from './source-file.ts'

const asMap = (files: readonly TextFile[]) => new Map(files.map((file) => [file.path, file]))

function publicExports(): PublicExport[] {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { types: string }>
  }
  const files = asMap(['src', 'matchers'].flatMap((folder) => filesUnder(folder, ['.ts'])))
  return Object.values(exports)
    .flatMap((target) => (typeof target === 'string' ? [] : [target.types]))
    .map((types) => types.replace('./dist/', '').replace('.d.ts', '.ts'))
    .flatMap((entry) => exportsOf(entry, files))
}

test('every public export is documented, in its source and, if it is a value, in docs/', () => {
  const exports = publicExports()
  expect(exports.map((one) => one.name)).toEqual(expect.arrayContaining(['test', 'expect', 'kernelProject']))
  expect(undocumented(exports, filesUnder('docs', ['.md']))).toEqual([])
})

test('every entry point of the package is a source file of ours', () => {
  for (const entry of ['src/index.ts', 'src/vitest/index.ts', 'matchers/index.ts', 'src/cli/main.ts']) {
    expect(existsSync(join(root, entry)), entry).toBe(true)
  }
})

test('undocumented exports are found behind every way to export', () => {
  const files = asMap([
    {
      path: 'src/index.ts',
      text: `export { renamed as shown } from './a.ts'
             export * from './b.ts'
             import { c } from './b.ts'
             export { c as again, local }
             const local = 1
             export type { T } from './a.ts'
             export { foreign } from 'vitest'
             export { missing } from './a.ts'`,
    },
    {
      path: 'src/a.ts',
      text: `/** Said. */\nexport function renamed() {}\n// no doc comment\nexport type T = 1`,
    },
    { path: 'src/b.ts', text: `/** Said. */\n\nexport const b = 1, c = 2\nexport class Bare {}` },
  ])
  const docs = [{ path: 'docs/a.md', text: '`shown`, `again`' }]
  expect(undocumented(exportsOf('src/index.ts', files), docs)).toMatchInlineSnapshot(`
    [
      "Bare (src/b.ts) has no doc comment",
      "local (src/index.ts) has no doc comment",
      "T (src/a.ts) has no doc comment",
      "missing (declared nowhere) has no doc comment",
      "b (src/b.ts) is named on no page of docs/",
      "c (src/b.ts) is named on no page of docs/",
      "Bare (src/b.ts) is named on no page of docs/",
      "local (src/index.ts) is named on no page of docs/",
    ]
  `)
})
