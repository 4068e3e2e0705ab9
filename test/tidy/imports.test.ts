import { expect, test } from 'vitest'
import { cycles, forbiddenImports, impurities } from './imports.ts'
import { rooms } from './rooms.ts'
import { filesUnder, type TextFile } from './source-file.ts'

const ours = ['src', 'matchers'].flatMap((folder) => filesUnder(folder, ['.ts']))

test('rooms import only what the table allows', () => {
  expect(ours.length).toBeGreaterThan(20)
  expect(forbiddenImports(ours, rooms)).toEqual([])
})

test('no file imports itself on a detour', () => {
  expect(
    cycles([...ours, ...['test', 'scripts', 'bench'].flatMap((f) => filesUnder(f, ['.ts', '.mjs']))]),
  ).toEqual([])
})

test('the machine is pure', () => {
  expect(impurities(filesUnder('src/machine', ['.ts']))).toEqual([])
})

test('every kind of forbidden import is found', () => {
  const files: TextFile[] = [
    { path: 'src/observe/a.ts', text: `import type { B } from '../report/b.ts'` },
    { path: 'src/image/a.ts', text: `import { readFileSync } from 'node:fs'` },
    { path: 'src/image/elf.ts', text: `import { parse } from 'elfy'\nexport * from '../support/bits.ts'` },
    { path: 'src/boot/a.ts', text: `export { b } from '../session/vm.ts'` },
    { path: 'src/engines/qemu/a.ts', text: `const a = await import('../../machine/machine.ts')` },
    {
      path: 'src/pool/a.ts',
      text: `import { Tinypool } from 'tinypool'\nimport { q } from '../engines/qemu/q.ts'`,
    },
    { path: 'src/pool/serve-qemu.ts', text: `import { q } from '../engines/qemu/q.ts'` },
    { path: 'src/session/a.ts', text: `type Q = import('../engines/qemu/q.ts').Q` },
    { path: 'src/support/a.ts', text: `import { b } from './b.js'` },
    { path: 'src/attic/a.ts', text: '' },
  ]
  expect(forbiddenImports(files, rooms)).toMatchInlineSnapshot(`
    [
      "src/observe/a.ts imports ../report/b.ts, which src/observe may not",
      "src/image/a.ts imports node:fs, which src/image may not",
      "src/boot/a.ts imports ../session/vm.ts, which src/boot may not",
      "src/engines/qemu/a.ts imports ../../machine/machine.ts, which src/engines/qemu may not",
      "src/pool/a.ts imports ../engines/qemu/q.ts, which src/pool may not",
      "src/session/a.ts imports ../engines/qemu/q.ts, which src/session may not",
      "src/support/a.ts imports ./b.js, which src/support may not",
      "src/attic/a.ts belongs to no room of test/tidy/rooms.ts",
    ]
  `)
})

test('a cycle is found', () => {
  const files: TextFile[] = [
    { path: 'src/a.ts', text: `import './b.ts'` },
    { path: 'src/b.ts', text: `import type { C } from './sub/c.ts'` },
    { path: 'src/sub/c.ts', text: `export * from '../b.ts'` },
  ]
  expect(cycles(files)).toMatchInlineSnapshot(`
    [
      "src/b.ts → src/sub/c.ts → src/b.ts",
    ]
  `)
})

test('clocks, chance and host objects are found', () => {
  const text = `
    export const now = () => Date.now() + performance.now() + Math.random()
    export const later = () => setTimeout(() => process.exit(), 1)
    export const fine = (state: { Date: number; process: () => void }) => state.Date + Math.floor(1.5)
  `
  expect(impurities([{ path: 'src/machine/a.ts', text }])).toMatchInlineSnapshot(`
    [
      "src/machine/a.ts uses Date: the machine has no clock, chance or host",
      "src/machine/a.ts uses performance: the machine has no clock, chance or host",
      "src/machine/a.ts uses Math.random: the machine has no clock, chance or host",
      "src/machine/a.ts uses setTimeout: the machine has no clock, chance or host",
      "src/machine/a.ts uses process: the machine has no clock, chance or host",
    ]
  `)
})
