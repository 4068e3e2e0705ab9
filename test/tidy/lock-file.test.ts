import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { missingPlatforms } from './lock-file.ts'
import { root } from './source-file.ts'

test('the lock file names the binaries of every platform', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  expect(missingPlatforms(packages)).toEqual([])
})

test('a platform that is left out is found', () => {
  const optionalDependencies = { '@tool/linux-x64': '1.0.0', '@tool/darwin-x64': '1.0.0', nested: '1.0.0' }
  const packages = {
    'node_modules/tool': { optionalDependencies },
    'node_modules/tool/node_modules/nested': {},
    'node_modules/@tool/linux-x64': {},
  }
  expect(missingPlatforms(packages)).toMatchInlineSnapshot(`
    [
      "node_modules/tool names @tool/darwin-x64, which the lock file lacks",
    ]
  `)
})
