import { expect, test } from 'vitest'
import { findHole } from '../../../../src/engines/qemu/loader/find-hole.ts'

const mib = 1 << 20

test('the highest free pages below the firmware', () => {
  expect(findHole(5000, [], 32)).toBe(31 * mib - 8192)
  expect(findHole(5000, [], 128)).toBe(111 * mib - 8192)
  expect(findHole(4096, [], 4096)).toBe(2031 * mib - 4096)
})

test('below and between what is taken, in whole pages', () => {
  const taken = [
    { start: 2 * mib, end: 20 * mib },
    { start: 30 * mib - 4095, end: 32 * mib },
    { start: 25 * mib, end: 30 * mib - 8191 },
  ]
  expect(findHole(4096, taken, 32)).toBe(25 * mib - 4096)
  expect(findHole(6 * mib, taken, 32)).toBe(null)
  expect(findHole(mib, [{ start: 2 * mib, end: 31 * mib }], 32)).toBe(mib)
})

test('never below 1 MiB, nor over what reaches past the end', () => {
  expect(findHole(4096, [{ start: mib, end: 4096 * mib }], 64)).toBe(null)
  expect(findHole(4 * mib, [], 4)).toBe(null)
})
