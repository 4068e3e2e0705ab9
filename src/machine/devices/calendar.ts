/** A moment of the proleptic Gregorian calendar, as a real-time clock counts it: no zone, no leap seconds. */
export interface CalendarTime {
  /** Four digits. */
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  /** 1 to 31. */
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

const secondsPerDay = 86_400
/** In 400 years the calendar repeats. */
const era = { years: 400, days: 146_097 } as const
/** Days before each month of a year that begins in March: leap days come last. */
const daysBefore = [0, 31, 61, 92, 122, 153, 184, 214, 245, 275, 306, 337]

/** Seconds since the 1st of March of the year 0. Days and times beyond their range run over into the next. */
export function secondsOf({ year, month, day, hour, minute, second }: CalendarTime): number {
  const march = (month + 9) % 12
  const marchYear = month < 3 ? year - 1 : year
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400)
  const days = marchYear * 365 + leapDays + (daysBefore[march] ?? 0) + day - 1
  return ((days * 24 + hour) * 60 + minute) * 60 + second
}

export function calendarTime(seconds: number): CalendarTime {
  const days = Math.floor(seconds / secondsPerDay)
  const inDay = seconds - days * secondsPerDay
  const eras = Math.floor(days / era.days)
  const inEra = days - eras * era.days
  const yearOfEra = yearsIn(inEra)
  const inYear = inEra - daysOfYears(yearOfEra)
  const march = daysBefore.findLastIndex((before) => before <= inYear)
  const month = ((march + 2) % 12) + 1
  return {
    year: eras * era.years + yearOfEra + (month < 3 ? 1 : 0),
    month,
    day: inYear - (daysBefore[march] ?? 0) + 1,
    hour: Math.floor(inDay / 3600),
    minute: Math.floor(inDay / 60) % 60,
    second: inDay % 60,
  }
}

/** 1 is Sunday, as real-time clocks count. */
export function weekdayOf(seconds: number): number {
  // The 1st of March of the year 0 was a Wednesday.
  return ((Math.floor(seconds / secondsPerDay) + 3) % 7) + 1
}

const daysOfYears = (years: number) =>
  years * 365 + Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400)

/** Whole years in days of an era; 365.2425 days make one, and the guess is never more than one off. */
function yearsIn(days: number): number {
  const guess = Math.min(Math.floor(days / 365), era.years - 1)
  return daysOfYears(guess) > days ? guess - 1 : guess
}
