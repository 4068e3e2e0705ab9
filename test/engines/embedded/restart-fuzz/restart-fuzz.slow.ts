import { expect, test } from 'vitest'
import { noteTotals } from '../../../oracle/totals.ts'
import { expectKnown, runGuests } from './restart-fuzz.ts'

const guests = Array.from({ length: 2000 }, (_, number) => number)

test('thousands of random guests end in a known way, and alike in any order', async () => {
  const first = await runGuests(guests)
  expectKnown(first)
  expect(await runGuests(guests.toReversed())).toEqual(first)
  noteTotals('restart fuzz', { guests: first.guests, 'runs of each': 2, 'is the hash': first.hash })
})
