import { expect, test } from 'vitest'
import { Fuzzer } from './fuzz.ts'

/** Of each kind and mode some; `main.mjs` runs millions. */
const programs = 1000

test('random guests end as they may, alike however they are run', () => {
  const fuzzer = new Fuzzer('kerneltest 1')
  for (let number = 0; number < programs; number++) fuzzer.attempt(number)
  const { failures, endings, repeated, units } = fuzzer.take()
  expect(failures).toEqual([])
  for (const ending of ['budget', 'halted', 'tripleFault'] as const)
    expect(endings[ending]).toBeGreaterThan(0)
  expect(Object.values(repeated).every((count) => count > 0)).toBe(true)
  expect(units).toBeGreaterThan(300_000)
})
