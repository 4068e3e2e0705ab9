import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorTitles } from '../../src/support/errors.ts'
import { anchorsOf, badTitles, deadLinks, errorDrift, maxRoomLines, roomsWithoutWelcome } from './docs.ts'
import { rooms } from './rooms.ts'
import { filesUnder, pathsUnder, root } from './source-file.ts'

const pages = filesUnder('.', ['.md'])
const textOf = (path: string) => readFileSync(join(root, path), 'utf8')
const words = (text: string) => text.split(/\s+/).filter((word) => word !== '')

test('links in the documentation resolve', () => {
  expect(pages.map((page) => page.path)).toContain('README.md')
  expect(deadLinks(pages, (path) => existsSync(join(root, path)))).toEqual([])
})

test('every page begins with its only title', () => {
  expect(badTitles(pages)).toEqual([])
})

test('every room says in a few lines what it is', () => {
  const folders = rooms.map((room) => room.path).filter((path) => !path.endsWith('.ts'))
  const existing = folders.filter((path) => pathsUnder(path).length > 0)
  expect(roomsWithoutWelcome(existing, pages)).toEqual([])
})

test('every error code is documented, thrown and in order', () => {
  const sources = [...filesUnder('src', ['.ts']), ...filesUnder('matchers', ['.ts'])]
  const thrown = sources.filter((file) => file.path !== 'src/support/errors.ts')
  expect(errorDrift(errorTitles, textOf('docs/errors.md'), thrown)).toEqual([])
})

test('README installs for the tests what continuous integration installs', () => {
  const [, block = ''] = /^packages=\(\n([\s\S]*?)^\)/m.exec(textOf('.ci/run')) ?? []
  // Whoever has cloned has these.
  const clone = ['git', 'ca-certificates']
  const there = words(block.replace(/#.*$/gm, '')).filter((name) => !clone.includes(name))
  const [, command = ''] = /--no-install-recommends (.*) && npm test/.exec(textOf('README.md')) ?? []
  expect(there).toContain('nasm')
  expect(words(command)).toEqual(there)
})

test('dead links and stray titles are found', () => {
  const page = (path: string, text: string) => ({ path, text })
  const sample = [
    page(
      'docs/a.md',
      '# A\n[ok](b.md#the-b-side) [gone](c.md) [no heading](b.md#nowhere) [here](#a)\n`[code](x.md)`',
    ),
    page(
      'docs/b.md',
      'Not a title\n# B\n## The `B` side!\n[out](../../etc) [web](https://example.org/x.md)\n\n[ref]: gone.md',
    ),
  ]
  const exists = (path: string) => sample.some((one) => one.path === path)
  expect(deadLinks(sample, exists)).toMatchInlineSnapshot(`
    [
      "docs/a.md: c.md leads to no file",
      "docs/a.md: b.md#nowhere leads to no heading",
      "docs/b.md: ../../etc leads to no file",
      "docs/b.md: gone.md leads to no file",
    ]
  `)
  expect(badTitles(sample)).toMatchInlineSnapshot(`
    [
      "docs/b.md must begin with its title, and have no other (titles: 1)",
    ]
  `)
})

test('a room without a welcome, or with too long a one, is found', () => {
  const pages = [
    { path: 'src/a/README.md', text: '# a\n' },
    { path: 'src/b/README.md', text: 'line\n'.repeat(maxRoomLines + 1) },
  ]
  expect(roomsWithoutWelcome(['src/a', 'src/b', 'src/c'], pages)).toMatchInlineSnapshot(`
    [
      "src/b/README.md has 16 lines, more than 15",
      "src/c has no README.md",
    ]
  `)
})

test('anchors are made as GitHub makes them', () => {
  const text =
    '# One & two\n## `vm.screen`\n## Same\n## Same\n```sh\n# not a heading\n```\n### [Linked](x.md) text'
  expect([...anchorsOf(text)]).toEqual(['one--two', 'vmscreen', 'same', 'same-1', 'linked-text'])
})

test('drift between errors and their page is found', () => {
  const page = '# Errors\n\n## KT1001\n\n**a.** So.\n\n## KT3001\n\n## KT2002\n\n**Other.** So.\n'
  const titles = { KT1001: 'a', KT2002: 'b', KT1003: 'c' }
  expect(
    errorDrift(titles, page, [{ path: 'src/a.ts', text: `throw ['KT1001', 'KT2002'] // KT1003` }]),
  ).toMatchInlineSnapshot(`
    [
      "KT1003 has no section",
      "the section of KT2002 must begin with **b.**",
      "KT3001 is explained, but no error has it",
      "KT1003 is thrown nowhere",
      "KT1003 is out of order in the table",
      "KT2002 is out of order on the page",
    ]
  `)
})
