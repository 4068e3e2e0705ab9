import { expect, test } from 'vitest'
import { consoleUses, defaultExports, mutedTests, notesToSelf, oddNames } from './names.ts'
import { codeFiles, filesUnder, pathsUnder } from './source-file.ts'

test('names are in kebab-case', () => {
  const folders = ['src', 'matchers', 'test', 'examples', 'scripts', 'bench', 'docs']
  expect(oddNames(folders.flatMap(pathsUnder))).toEqual([])
})

test('no default exports', () => {
  expect(defaultExports(codeFiles())).toEqual([])
})

test('only the command talks on the console', () => {
  const library = [...filesUnder('src', ['.ts']), ...filesUnder('matchers', ['.ts'])]
  expect(consoleUses(library.filter((file) => !file.path.startsWith('src/cli/')))).toEqual([])
})

test('no notes to self', () => {
  expect(notesToSelf(codeFiles())).toEqual([])
})

test('no muted tests', () => {
  expect(mutedTests(filesUnder('test', ['.test.ts']).concat(filesUnder('examples', ['.test.ts'])))).toEqual(
    [],
  )
})

test('bad names, exports, talk, notes and muted tests are found', () => {
  expect(
    oddNames(['src/a/serial-log.ts', 'src/serialLog.ts', 'src/My_Room/a.ts', 'docs/README.md']),
  ).toMatchInlineSnapshot(`
    [
      "src/serialLog.ts is not in kebab-case",
      "src/My_Room/a.ts is not in kebab-case",
    ]
  `)
  const files = [
    { path: 'src/a.ts', text: 'export default 1' },
    { path: 'src/b.ts', text: 'const b = 1\nexport { b as default }' },
    { path: 'src/c.ts', text: `export { default } from './a.ts'` },
    { path: 'vitest.config.ts', text: 'export default {}' },
    { path: 'src/d.ts', text: `// ${'TO'}${'DO'}: later\nconsole.log(1)` },
  ]
  expect(defaultExports(files)).toMatchInlineSnapshot(`
    [
      "src/a.ts has a default export",
      "src/b.ts has a default export",
      "src/c.ts has a default export",
    ]
  `)
  expect(consoleUses(files)).toMatchInlineSnapshot(`
    [
      "src/d.ts uses console",
    ]
  `)
  expect(notesToSelf(files)).toMatchInlineSnapshot(`
    [
      "src/d.ts says TODO in a comment",
    ]
  `)
  const tests = {
    path: 'test/a.test.ts',
    text: `test.only('a', () => {})\ndescribe.skip('b', () => {})\ntest.each([])('c', () => {})`,
  }
  expect(mutedTests([tests])).toMatchInlineSnapshot(`
    [
      "a.test.ts: test.only",
      "a.test.ts: describe.skip",
    ]
  `)
})
