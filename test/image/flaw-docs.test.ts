import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { flawIds } from '../../src/image/flaw.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const ids = [...flawIds]

/** The text of all TypeScript files in a folder but the named one. */
function sources(folder: string, except: string): string {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.ts') && name !== except)
  return names.map((name) => readFileSync(join(root, folder, name), 'utf8')).join('\n')
}

test('every flaw has a row in the documentation, in order', () => {
  const page = readFileSync(join(root, 'docs/images.md'), 'utf8')
  expect([...page.matchAll(/^\| `([a-z0-9-]+)` \| (?:fatal|warning|note) \|/gm)].map(([, id]) => id)).toEqual(
    ids,
  )
  expect([...ids].sort()).toEqual(ids)
})

test('every flaw is found by some reader and told whole in some test', () => {
  const readers = sources('src/image', 'flaw.ts')
  const tests = sources('test/image', 'flaw-docs.test.ts')
  expect(ids.filter((id) => !readers.includes(`id: '${id}'`))).toEqual([])
  expect(ids.filter((id) => !new RegExp(`(?:fatal|warning|note) ${id}\\n`).test(tests))).toEqual([])
})
