import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { kernel } from './build.ts'

test('builds a kernel once and finds it again', () => {
  const path = kernel('hello-serial')
  expect(readFileSync(path).subarray(0, 4).toString('latin1')).toBe('\x7fELF')
  expect(kernel('hello-serial')).toBe(path)
})
