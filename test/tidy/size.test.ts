import { expect, test } from 'vitest'
import {
  longFunctions,
  maxColumns,
  maxFileBytes,
  maxFunctionLines,
  oversizedFiles,
  wideComments,
} from './size.ts'
import { codeFiles, filesUnder } from './source-file.ts'

/** Files that are tables, not prose: nothing but rows of data. */
const tables: readonly string[] = []

test('files stay small', () => {
  const files = [
    ...codeFiles(),
    ...['test', 'examples'].flatMap((folder) => filesUnder(folder, ['.asm', '.inc'])),
  ]
  expect(oversizedFiles(files.filter((file) => !tables.includes(file.path)))).toEqual([])
})

test('functions fit a screen', () => {
  expect(longFunctions(codeFiles())).toEqual([])
})

test('comments keep inside the margin', () => {
  expect(wideComments(codeFiles())).toEqual([])
})

test('a large file, a long function and a wide comment are found', () => {
  const body = 'x()\n'.repeat(maxFunctionLines - 2)
  const text = [
    `export function fits() {\n${body}}`,
    `export function quotes() {\n  return \`${body}\`\n}`,
    `export function tooLong() {\n${body}x()\n}`,
    `const arrow = () => {\n${body}x()\n}`,
    `class C { method() {\n${body}x()\n} }`,
    `run(() => {\n${body}x()\n})`,
    `describe.each([1])('a list', () => {\n${body}x()\n})`,
    `// ${'word '.repeat(maxColumns / 5)}`,
    `// https://example.org/${'path/'.repeat(maxColumns / 5)}`,
  ].join('\n')
  const file = { path: 'src/sample.ts', text }
  expect(longFunctions([file])).toMatchInlineSnapshot(`
    [
      "src/sample.ts:142 tooLong has 71 lines, more than 70",
      "src/sample.ts:213 arrow has 71 lines, more than 70",
      "src/sample.ts:284 method has 71 lines, more than 70",
      "src/sample.ts:355 a function has 71 lines, more than 70",
    ]
  `)
  expect(wideComments([file])).toMatchInlineSnapshot(`
    [
      "src/sample.ts:497 is wider than 110 columns",
    ]
  `)
  expect(
    oversizedFiles([file, { path: 'src/big.ts', text: 'ü'.repeat(maxFileBytes / 2 + 1) }]),
  ).toMatchInlineSnapshot(`
    [
      "src/big.ts has 24578 bytes, more than 24576",
    ]
  `)
})
