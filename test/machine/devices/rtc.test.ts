import { beforeEach, describe, expect, test } from 'vitest'
import { ticksPerSecond } from '../../../src/machine/clock.ts'
import { Rtc } from '../../../src/machine/devices/rtc.ts'
import { TimerQueue } from '../../../src/machine/timer-queue.ts'

const newYearsEve = { year: 1999, month: 12, day: 31, hour: 23, minute: 59, second: 58 }

let now = 0
let clock = new TimerQueue(() => now)
let raised: number[] = []
let level = false

const line = {
  set: (to: boolean) => {
    if (to && !level) raised.push(now)
    level = to
  },
}
const make = () => new Rtc(clock, { interrupt: line }, newYearsEve, { 16: 0x40 })
let rtc = make()

beforeEach(() => {
  now = 0
  clock = new TimerQueue(() => now)
  raised = []
  level = false
  rtc = make()
})

function read(index: number): number {
  rtc.write(0, 1, index)
  return rtc.read(1)
}

function write(index: number, value: number): void {
  rtc.write(0, 1, index)
  rtc.write(1, 1, value)
}

/** Runs for so many seconds with all deadlines on the way. */
function pass(seconds: number): void {
  const end = now + Math.round(seconds * ticksPerSecond)
  while (clock.deadline !== null && clock.deadline <= end) {
    now = clock.deadline
    clock.expireDue()
  }
  now = end
}

const hex = (bytes: number[]) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
/** Century, year, month, day, weekday, hour, minute, second. */
const time = () => hex([0x32, 9, 8, 7, 6, 4, 2, 0].map(read))

describe('the time', () => {
  test('counts into the next century, in BCD', () => {
    expect(time()).toBe('19 99 12 31 06 23 59 58')
    pass(1.5)
    expect(time()).toBe('19 99 12 31 06 23 59 59')
    pass(0.5)
    expect(time()).toBe('20 00 01 01 07 00 00 00')
  })

  test('in binary, and in 12 hours with a bit for the afternoon', () => {
    write(0x0b, 0x04)
    expect(time()).toBe('13 63 0c 1f 06 8b 3b 3a')
    write(0x0b, 0x00)
    expect(time()).toBe('19 99 12 31 06 91 59 58')
    pass(2)
    expect(time()).toBe('20 00 01 01 07 12 00 00')
    write(4, 0x92)
    write(0x0b, 0x02)
    expect(hex([read(4)])).toBe('12')
  })

  test('is set while it is stopped, in any order, and then goes on', () => {
    write(0x0b, 0x82)
    pass(5)
    for (const [index, value] of [
      [9, 0x24],
      [0x32, 0x20],
      [7, 0x29],
      [8, 0x02],
      [6, 5],
      [4, 0x23],
      [2, 0x59],
      [0, 0x59],
    ]) {
      write(index ?? 0, value ?? 0)
    }
    pass(3)
    expect(time()).toBe('20 24 02 29 05 23 59 59')
    write(0x0b, 0x02)
    pass(1)
    expect(time()).toBe('20 24 03 01 06 00 00 00')
  })

  test('begins half a second after the divider is let go', () => {
    write(0x0a, 0x76)
    pass(7.25)
    write(0x0a, 0x26)
    pass(0.499)
    expect(hex([read(0)])).toBe('58')
    pass(0.002)
    expect(hex([read(0)])).toBe('59')
  })

  test('says 2.2 ms ahead that it is going to change', () => {
    const uip = () => read(0x0a) >> 7
    pass(0.9977)
    expect(uip()).toBe(0)
    pass(0.0002)
    expect(uip()).toBe(1)
    pass(0.0021)
    expect([uip(), hex([read(0)])]).toEqual([0, '59'])
  })
})

describe('interrupts', () => {
  test('each update', () => {
    write(0x0b, 0x12)
    pass(1.25)
    expect([raised, read(0x0c), level, read(0x0c)]).toEqual([[ticksPerSecond], 0xd0, false, 0])
    pass(1)
    expect(raised).toEqual([ticksPerSecond, 2 * ticksPerSecond])
  })

  test('flags come also where nobody is interrupted', () => {
    pass(1.25)
    expect([raised, read(0x0c)]).toEqual([[], 0x50])
  })

  test('periodic, 8,192 times a second at most', () => {
    write(0x0a, 0x23)
    write(0x0b, 0x42)
    for (let i = 0; i < 8192; i++) {
      pass(1 / 8192)
      read(0x0c)
    }
    expect(raised.length).toBe(8192)
    expect(raised.slice(0, 2)).toEqual([122_348, 244_696])
    expect(raised.at(-1)).toBe(ticksPerSecond)
  })

  test('at a time of the day, with parts that do not matter', () => {
    write(1, 0x10)
    write(3, 0xff)
    write(5, 0xc0)
    write(0x0b, 0x22)
    pass(13)
    expect([raised, read(0x0c)]).toEqual([[12 * ticksPerSecond], 0xf0])
    pass(60)
    expect(raised).toEqual([12 * ticksPerSecond, 72 * ticksPerSecond])
  })

  test.each([
    ['a minute later', [0x59, 0x59, 0x23], 0x02, 1],
    ['in the hour after this, at any minute', [0xc0, 0xff, 0x00], 0x02, 2],
    ['tomorrow, a second ago', [0x57, 0x59, 0x23], 0x02, 86_399],
    ['each minute', [0x57, 0xff, 0xff], 0x02, 59],
    ['each hour', [0x05, 0x58, 0xff], 0x02, 3487],
    ['at noon in 12 hours', [0x00, 0x00, 0x92], 0x00, 43_202],
    ['in binary', [0, 0, 23], 0x06, 82_802],
  ])('alarm: %s', (_name, bytes, mode, seconds) => {
    for (const [place, byte] of bytes.entries()) write(2 * place + 1, byte)
    write(0x0b, 0x20 | mode)
    pass(86_400)
    expect(raised).toEqual([seconds * ticksPerSecond])
  })

  test('an alarm at what is no time never comes', () => {
    write(1, 0x60)
    write(0x0b, 0x22)
    expect(clock.deadline).toBe(null)
    pass(86_400)
    expect([raised, read(0x0c)]).toEqual([[], 0x50])
  })

  test('SET takes the enable of the update interrupt away', () => {
    write(0x0b, 0x92)
    expect(hex([read(0x0b)])).toBe('82')
  })

  test('the reset pin turns them off', () => {
    write(0x0b, 0x72)
    rtc.reset()
    expect(hex([read(0x0b), read(0x0c), read(0x0d)])).toBe('02 00 80')
  })
})

describe('RAM', () => {
  test('keeps what firmware stored, and what the guest does, in both banks', () => {
    expect(read(0x10)).toBe(0x40)
    write(0x7f, 0xab)
    rtc.write(2, 1, 0x7f)
    rtc.write(3, 1, 0xcd)
    expect([read(0x7f), rtc.read(3), rtc.read(0)]).toEqual([0xab, 0xcd, 0xff])
  })

  test('bit 7 of the index is not of it', () => {
    write(0x7f, 0xab)
    rtc.write(0, 1, 0xff)
    expect(rtc.read(1)).toBe(0xab)
  })

  test('status C and D cannot be written', () => {
    write(0x0c, 0xff)
    write(0x0d, 0x00)
    expect(hex([read(0x0c), read(0x0d)])).toBe('00 80')
  })
})

test('saved at any time, it goes on alike', () => {
  write(0x0b, 0x52)
  pass(0.7)
  const saved = structuredClone({ chip: rtc.save(), timers: clock.save() })
  const go = () => {
    raised = []
    pass(2)
    return { raised, flags: read(0x0c), time: time() }
  }
  const first = go()
  now = Math.round(0.7 * ticksPerSecond)
  clock = new TimerQueue(() => now)
  rtc = make()
  rtc.load(saved.chip)
  clock.load(saved.timers)
  level = true
  expect(go()).toEqual(first)
})
