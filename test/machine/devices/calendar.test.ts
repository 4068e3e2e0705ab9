import fc from 'fast-check'
import { expect, test } from 'vitest'
import { calendarTime, secondsOf, weekdayOf } from '../../../src/machine/devices/calendar.ts'

const unixEpoch = secondsOf({ year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0 })

test('agrees with the calendar of the host, back and forth', () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_000_000_000, max: 250_000_000_000 }), (unix) => {
      const date = new Date(unix * 1000)
      const time = calendarTime(unixEpoch + unix)
      expect(time).toEqual({
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
        hour: date.getUTCHours(),
        minute: date.getUTCMinutes(),
        second: date.getUTCSeconds(),
      })
      expect(secondsOf(time)).toBe(unixEpoch + unix)
      expect(weekdayOf(unixEpoch + unix)).toBe(date.getUTCDay() + 1)
    }),
    { numRuns: 2000 },
  )
})

test('the ends of years and leap years', () => {
  const days = [
    '2000-02-29',
    '2000-03-01',
    '1999-12-31',
    '2001-01-01',
    '2100-02-28',
    '2100-03-01',
    '2400-02-29',
  ]
  for (const day of days) {
    const unix = Date.parse(day) / 1000
    const { year, month, day: inMonth } = calendarTime(unixEpoch + unix)
    const text = [year, month, inMonth].map((part) => String(part).padStart(2, '0')).join('-')
    expect(text).toBe(day)
  }
})
