import { expect, test } from 'vitest'
import { expectKnown, runGuests } from './restart-fuzz.ts'

/** `restart-fuzz.slow.ts` runs thousands. */
const guests = Array.from({ length: 16 }, (_, number) => number)

/** In the other order a machine was used before by another guest: nothing of that is left. */
test('random guests, one after the other, end in a known way, and alike in any order', async () => {
  const first = await runGuests(guests)
  expectKnown(first)
  expect(await runGuests(guests.toReversed())).toEqual(first)
})
