import { describe, test } from 'vitest'
import { eachEngine } from '../each-engine.ts'
import { type ChipRow, expectChip, near } from './chip-rows.ts'
import {
  discard,
  edges,
  handlerEnds,
  interrupts,
  open,
  out,
  tell,
  until,
  vectors,
  wait,
} from './chip-script.ts'

const [index, data] = [0x70, 0x71]
const [a, b, c, d] = [0x0a, 0x0b, 0x0c, 0x0d]
const set = (register: number, value: number) => [...out(index, register), ...out(data, value)]
const get = (register: number, mask = 0xff) => [...out(index, register), ...tell(data, mask)]
/** Reads it for what reading does. */
const passOver = (register: number) => [...out(index, register), ...discard(data)]

/** Seconds, minutes, hours, day of the week, day, month, year. */
type Time = readonly [number, number, number, number, number, number, number]
const [hours24, binary] = [2, 4]
/** The PC's own, in the format of the others. */
const century = 0x32
const places = [0, 2, 4, 6, 7, 8, 9] as const
/** With the divider held, so that the next update comes half a second behind. */
const from = (registerB: number, time: Time) => [
  ...set(b, 0x80 | registerB),
  ...set(a, 0x76),
  ...places.flatMap((place, at) => set(place, time[at] ?? 0)),
  ...set(century, registerB & binary ? 20 : 0x20),
  ...passOver(c),
  ...set(b, registerB),
  ...set(a, 0x26),
]
/** Sleeps for the interrupt, tells it and ends it. */
const interrupt = [...interrupts(1), ...vectors]
/** An update with its interrupt from this time on, and the time behind it. */
const updated = (format: number, before: Time, ...registers: readonly number[]) => [
  ...from(0x10 | format, before),
  ...interrupt,
  ...passOver(c),
  ...registers.flatMap((register) => get(register)),
]
const alarm = (format: number, before: Time, second: number, minute: number, hour: number) => [
  ...[set(1, second), set(3, minute), set(5, hour)].flat(),
  ...from(0x20 | format, before),
  ...interrupt,
  ...get(c, 0xb0),
  ...get(0),
]
const awaitUpdate = [...out(index, a), ...until(data, 0x80, 0x80)]
const requestLines = [
  ...[out(0x20, 0x11), out(0x21, 0x20, 4, 1, 0xfb), out(0xa0, 0x11), out(0xa1, 0x28, 2, 1, 0xfe)].flat(),
  ...handlerEnds(true),
]

/** MC146818A. */
const rows: readonly ChipRow[] = [
  // Registers.
  ['firmware has started it', '26 02', get(a, 0x7f), get(b)],
  ['RAM is valid, and that bit reads only', '80 80', get(d), set(d, 0), get(d)],
  ['RAM', '5a a5', set(0x50, 0x5a), set(0x7f, 0xa5), get(0x50), get(0x7f)],
  ['SET takes the update interrupt away', '82', set(b, 0x92), get(b), set(b, hours24)],
  ['UIP is not written', '26', set(b, 0x82), set(a, 0xa6), get(a), set(b, hours24)],

  // Time, Calendar and Alarm Locations. After its divider was held an update comes in half a second.
  [
    'a year ends',
    '28 00 00 00 02 01 01 24',
    requestLines,
    updated(hours24, [0x59, 0x59, 0x23, 1, 0x31, 0x12, 0x23], ...places),
  ],
  [
    'a leap day comes, in binary',
    '28 00 00 05 1d 02 18',
    updated(hours24 | binary, [59, 59, 23, 4, 28, 2, 24], 0, 4, 6, 7, 8, 9),
  ],
  ['midnight in 12 hours', '28 12 02', updated(0, [0x59, 0x59, 0x91, 1, 1, 1, 0x20], 4, 7)],

  // Register C; Interrupts.
  [
    'an alarm at any hour of half past',
    '28 b0 00',
    alarm(hours24, [0x59, 0x29, 0x12, 1, 1, 1, 0x20], 0, 0x30, 0xc0),
  ],
  [
    'a periodic interrupt',
    '28 c0',
    set(a, 0x26),
    passOver(c),
    set(b, 0x42),
    interrupts(1),
    vectors,
    get(c, 0xc0),
  ],
  [
    'holds its line until C is read',
    '28',
    passOver(c),
    interrupts(1),
    wait(3000),
    open,
    vectors,
    passOver(c),
    set(b, 2),
  ],
  ['its flag comes without it', '40', 'quirk', set(b, 2), passOver(c), wait(3000), get(c, 0xc0)],
  ['and goes when it is read', '00', 'exact', get(c)],
  // With its interrupt, as a QEMU has no flag without it; no request gets through.
  [
    'its rate is 1,024 Hz',
    near(Math.round((8 * 3_579_545) / 1024), 12),
    'exact',
    ...[set(b, 0x42), out(index, c), edges(data, 0x40, 8)],
  ],
  [
    'or 8,192 Hz',
    near(Math.round((64 * 3_579_545) / 8192), 12),
    'exact',
    ...[set(a, 0x23), out(index, c), edges(data, 0x40, 64), set(b, 2)],
  ],

  // Update Cycle: UIP comes 244 µs before it, and an update takes 1,984 µs.
  [
    'when UIP comes the time may be read for 244 µs',
    '58 58',
    'exact',
    ...[from(hours24, [0x58, 0, 0, 1, 1, 1, 0x20]), awaitUpdate, get(0), wait(220), get(0)],
  ],
  ['1,984 µs later it is a new one', '26 59', 'exact', wait(2010), get(a), get(0)],
  [
    'SET takes UIP away',
    '00',
    ...[from(hours24, [0x30, 0, 0, 1, 1, 1, 0x20]), awaitUpdate, set(b, 0x82), get(a, 0x80)],
  ],
  ['and the update', '30', 'exact', wait(3000), get(0)],
]

describe.each(eachEngine)('MC146818A on $name', (engine) => {
  test('does as its data sheet says', () => expectChip(engine, rows))
})
