import { type CalendarTime, calendarTime, secondsOf } from './calendar.ts'

/** What the clock's registers hold, as numbers, whatever they mean: a month may be 13 until it is updated. */
export interface ClockFields extends CalendarTime {
  /** 1 to 7; which of them is Sunday is the programmer's choice. */
  readonly weekday: number
}

/** Register numbers of the time (MC146818A, Time, Calendar and Alarm Locations; the century as in PCs). */
export const timeRegister = {
  second: 0,
  minute: 2,
  hour: 4,
  weekday: 6,
  day: 7,
  month: 8,
  year: 9,
  century: 0x32,
} as const

/** How registers show numbers: register B's DM and 24/12 bits. */
export interface Format {
  readonly binary: boolean
  readonly hours24: boolean
}

const afternoon = 0x80
const secondsPerDay = 86_400

/** The fields after so many updates: all of them in range again, except for none. */
export function advanced(fields: ClockFields, updates: number): ClockFields {
  if (updates === 0) return fields
  const before = secondsOf(fields)
  const after = before + updates
  const days = Math.floor(after / secondsPerDay) - Math.floor(before / secondsPerDay)
  return { ...calendarTime(after), weekday: ((fields.weekday - 1 + days) % 7) + 1 }
}

/** What a register shows; null: it is none of the time. */
export function readField(fields: ClockFields, register: number, format: Format): number | null {
  switch (register) {
    case timeRegister.second:
      return encoded(fields.second, format)
    case timeRegister.minute:
      return encoded(fields.minute, format)
    case timeRegister.hour:
      return encodedHour(fields.hour, format)
    case timeRegister.weekday:
      return encoded(fields.weekday, format)
    case timeRegister.day:
      return encoded(fields.day, format)
    case timeRegister.month:
      return encoded(fields.month, format)
    case timeRegister.year:
      return encoded(fields.year % 100, format)
    case timeRegister.century:
      return encoded(Math.floor(fields.year / 100), format)
    default:
      return null
  }
}

/** The fields with a register written; null: it is none of the time. */
export function writeField(
  fields: ClockFields,
  register: number,
  value: number,
  format: Format,
): ClockFields | null {
  const number = decoded(value, format)
  switch (register) {
    case timeRegister.second:
      return { ...fields, second: number }
    case timeRegister.minute:
      return { ...fields, minute: number }
    case timeRegister.hour:
      return { ...fields, hour: decodedHour(value, format) }
    case timeRegister.weekday:
      return { ...fields, weekday: number }
    case timeRegister.day:
      return { ...fields, day: number }
    case timeRegister.month:
      return { ...fields, month: number }
    case timeRegister.year:
      return { ...fields, year: fields.year - (fields.year % 100) + number }
    case timeRegister.century:
      return { ...fields, year: 100 * number + (fields.year % 100) }
    default:
      return null
  }
}

/** The alarm registers' bytes; from C0h on any value is meant (MC146818A, as above). */
export interface Alarm {
  readonly hour: number
  readonly minute: number
  readonly second: number
}

const anyValue = 0xc0

/** Seconds from a moment until the alarm's next time, 0 where it has come; null: there is no such time. */
export function secondsToAlarm(moment: number, alarm: Alarm, format: Format): number | null {
  const hours = wanted(24, alarm.hour, (hour) => encodedHour(hour, format))
  const minutes = wanted(60, alarm.minute, (minute) => encoded(minute, format))
  const seconds = wanted(60, alarm.second, (second) => encoded(second, format))
  const [firstHour, firstMinute, firstSecond] = [hours[0], minutes[0], seconds[0]]
  if (firstHour === undefined || firstMinute === undefined || firstSecond === undefined) return null
  const now = moment % secondsPerDay
  const [hour, minute, second] = [Math.floor(now / 3600), Math.floor(now / 60) % 60, now % 60]
  const isHour = hours.includes(hour)
  const inMinute = isHour && minutes.includes(minute) ? seconds.find((one) => one >= second) : undefined
  if (inMinute !== undefined) return inMinute - second
  const inHour = isHour ? minutes.find((one) => one > minute) : undefined
  if (inHour !== undefined) return inHour * 60 + firstSecond - (now % 3600)
  const next = hours.find((one) => one > hour) ?? firstHour + 24
  return next * 3600 + firstMinute * 60 + firstSecond - now
}

/** Those of the numbers below `count` that an alarm's byte means. */
function wanted(count: number, byte: number, encode: (value: number) => number): readonly number[] {
  const all = Array.from({ length: count }, (_, value) => value)
  return byte >= anyValue ? all : all.filter((value) => encode(value) === byte)
}

function encoded(value: number, { binary }: Format): number {
  return binary ? value & 0xff : ((Math.floor(value / 10) << 4) | (value % 10)) & 0xff
}

function decoded(value: number, { binary }: Format): number {
  return binary ? value : (value >> 4) * 10 + (value & 15)
}

function encodedHour(hour: number, format: Format): number {
  if (format.hours24) return encoded(hour, format)
  return encoded(hour % 12 || 12, format) | (hour >= 12 ? afternoon : 0)
}

function decodedHour(value: number, format: Format): number {
  if (format.hours24) return decoded(value, format)
  return (decoded(value & ~afternoon, format) % 12) + (value & afternoon ? 12 : 0)
}
