import { beforeEach, describe, expect, test } from 'vitest'
import { LocalApic } from '../../../src/machine/devices/local-apic.ts'
import { TimerQueue } from '../../../src/machine/timer-queue.ts'

let now = 0
let clock = new TimerQueue(() => now)
let interrupt = false
let events: string[] = []
let apic = make()

function make(): LocalApic {
  clock = new TimerQueue(() => now)
  return new LocalApic(clock, {
    interrupt: { set: (level) => (interrupt = level) },
    nmi: () => events.push('nmi'),
    init: () => events.push('init'),
    acknowledgeExternal: () => 0x08,
    ended: (vector) => events.push(`end ${vector.toString(16)}`),
  })
}

beforeEach(() => {
  now = 0
  events = []
  interrupt = false
  apic = make()
  write(0x0f0, 0x1ff)
})

const read = (offset: number) => apic.read(offset, 4)
const write = (offset: number, value: number) => apic.write(offset, 4, value)
const end = () => write(0x0b0, 0)

function runTo(tick: number): void {
  while (clock.deadline !== null && clock.deadline <= tick) {
    now = clock.deadline
    clock.expireDue()
  }
  now = tick
}

test('the highest vector comes first, and waits for what is in service', () => {
  apic.request(0x31, false)
  apic.request(0x52, false)
  expect([interrupt, read(0x210), read(0x220)]).toEqual([true, 1 << 17, 1 << 18])
  expect([apic.acknowledge(), interrupt, read(0x120), read(0x0a0)]).toEqual([0x52, false, 1 << 18, 0x50])
  apic.request(0x5f, false)
  expect(interrupt).toBe(false)
  apic.request(0x60, false)
  expect([interrupt, apic.acknowledge()]).toEqual([true, 0x60])
  end()
  end()
  expect([apic.acknowledge(), interrupt]).toEqual([0x5f, false])
  end()
  expect(apic.acknowledge()).toBe(0x31)
  end()
  expect([interrupt, apic.acknowledge()]).toEqual([false, 0xff])
})

test('the task priority holds back its class and those below, CR8 is its upper half', () => {
  apic.request(0x45, false)
  write(0x080, 0x4f)
  expect([interrupt, apic.taskPriority, read(0x0a0)]).toEqual([false, 4, 0x4f])
  apic.taskPriority = 3
  expect([interrupt, read(0x080)]).toEqual([true, 0x30])
})

test('the end of a level-triggered interrupt is told to its source', () => {
  apic.request(0x71, true)
  expect(read(0x1b0)).toBe(1 << 17)
  apic.acknowledge()
  end()
  apic.request(0x71, false)
  apic.acknowledge()
  end()
  expect([events, read(0x1b0)]).toEqual([['end 71'], 0])
})

test('while it is disabled by software its local entries are masked, and nothing is taken', () => {
  write(0x350, 0x700)
  write(0x0f0, 0x0ff)
  expect(read(0x350)).toBe(0x1_0700)
  write(0x320, 0x40)
  expect(read(0x320)).toBe(0x1_0040)
  apic.request(0x40, false)
  expect(interrupt).toBe(false)
})

describe('pins', () => {
  test('LINT0 as virtual wire: the other interrupt controller gives the vector', () => {
    write(0x350, 0x700)
    apic.setPin(0, true)
    expect([interrupt, apic.acknowledge()]).toEqual([true, 0x08])
    apic.setPin(0, false)
    expect(interrupt).toBe(false)
  })

  test('LINT1 as NMI, unless masked', () => {
    write(0x360, 0x400)
    apic.setPin(1, true)
    apic.setPin(1, true)
    apic.setPin(1, false)
    write(0x360, 0x1_0400)
    apic.setPin(1, true)
    expect(events).toEqual(['nmi'])
  })

  test('fixed, on its rising edge', () => {
    write(0x350, 0x33)
    apic.setPin(0, true)
    expect(apic.acknowledge()).toBe(0x33)
  })

  // SDM volume 3, 11.5.1, 11.8.5.
  test('fixed, by its level: accepted once, and again behind the end', () => {
    write(0x350, 0x8033)
    apic.setPin(0, true)
    expect([read(0x350), read(0x190), apic.acknowledge()]).toEqual([0xc033, 1 << 19, 0x33])
    write(0x350, 0x8033)
    expect([interrupt, read(0x350), read(0x210)]).toEqual([false, 0xc033, 0])
    end()
    expect([interrupt, apic.acknowledge(), read(0x350)]).toEqual([true, 0x33, 0xc033])
    apic.setPin(0, false)
    end()
    expect([interrupt, read(0x350), events]).toEqual([false, 0x8033, ['end 33', 'end 33']])
  })

  test('a level asks when its mask is taken back, an edge does not', () => {
    write(0x350, 0x1_0033)
    apic.setPin(0, true)
    write(0x350, 0x33)
    expect(interrupt).toBe(false)
    write(0x350, 0x1_8033)
    expect(interrupt).toBe(false)
    write(0x350, 0x8033)
    expect([interrupt, read(0x350)]).toEqual([true, 0xc033])
  })

  test('a level that was accepted waits in IRR, though it falls', () => {
    write(0x350, 0x8033)
    write(0x080, 0xf0)
    apic.setPin(0, true)
    apic.setPin(0, false)
    write(0x080, 0)
    expect([interrupt, apic.acknowledge(), read(0x350)]).toEqual([true, 0x33, 0xc033])
  })

  test('a level that is not accepted sets no remote IRR', () => {
    write(0x350, 0x8003)
    apic.setPin(0, true)
    expect(read(0x350)).toBe(0x8003)
    write(0x350, 0x8033)
    expect([apic.acknowledge(), read(0x350)]).toEqual([0x33, 0xc033])
  })

  test('system management interrupts come to nobody', () => {
    write(0x350, 0x233)
    apic.setPin(0, true)
    expect([interrupt, read(0x210), events]).toEqual([false, 0, []])
  })
})

describe('the timer', () => {
  test('once, after its count of divided ticks', () => {
    write(0x320, 0x40)
    write(0x3e0, 3)
    write(0x380, 100)
    runTo(16 * 40 + 15)
    expect([read(0x390), interrupt]).toEqual([60, false])
    runTo(1599)
    expect([read(0x390), interrupt]).toEqual([1, false])
    runTo(1600)
    expect([read(0x390), interrupt, clock.deadline]).toEqual([0, true, null])
  })

  test.each([
    [0b0000, 2],
    [0b0001, 4],
    [0b0010, 8],
    [0b0011, 16],
    [0b1000, 32],
    [0b1001, 64],
    [0b1010, 128],
    [0b1011, 1],
  ])('divides by configuration %i: %i', (value, divisor) => {
    write(0x3e0, value)
    write(0x380, 10)
    expect(clock.deadline).toBe(10 * divisor)
  })

  test('again and again', () => {
    write(0x320, 0x2_0040)
    write(0x3e0, 0xb)
    write(0x380, 1000)
    for (const tick of [1000, 2000, 3000]) {
      runTo(tick - 1)
      expect(interrupt).toBe(false)
      runTo(tick)
      expect([interrupt, apic.acknowledge(), read(0x390)]).toEqual([true, 0x40, 1000])
      end()
    }
  })

  test('counts masked too, and stops at an initial count of 0', () => {
    write(0x3e0, 0xb)
    write(0x380, 1000)
    runTo(400)
    expect(read(0x390)).toBe(600)
    write(0x380, 0)
    runTo(5000)
    expect([read(0x390), interrupt]).toEqual([0, false])
  })

  test('keeps its count when the divisor changes', () => {
    write(0x3e0, 0xb)
    write(0x380, 1000)
    runTo(500)
    write(0x3e0, 0)
    expect([read(0x390), clock.deadline]).toEqual([500, 1500])
  })
})

describe('interprocessor interrupts', () => {
  test.each([
    ['to itself', 0, 0x4_0041],
    ['to all', 0, 0x8_0041],
    ['by its number', 0, 0x0041],
    ['by broadcast', 0xff00_0000, 0x0041],
    ['by its logical number', 0x0200_0000, 0x0841],
  ])('%s', (_, destination, command) => {
    write(0x0d0, 0x0300_0000)
    write(0x310, destination)
    write(0x300, command)
    expect([interrupt, apic.acknowledge()]).toEqual([true, 0x41])
  })

  test.each([
    ['to all others', 0, 0xc_0041],
    ['to another', 0x0100_0000, 0x0041],
    ['to another cluster', 0x1300_0000, 0x0841],
  ])('%s go nowhere', (_, destination, command) => {
    write(0x0e0, 0)
    write(0x0d0, 0x2300_0000)
    write(0x310, destination)
    write(0x300, command)
    expect(interrupt).toBe(false)
    expect(read(0x300) & 0x1000).toBe(0)
  })

  // SDM volume 3, table 11-3.
  test.each([
    ['NMI', 0x4400, ['nmi']],
    ['INIT', 0x4500, ['init']],
    ['lowest priority', 0x4141, []],
    ['start-up', 0x4610, []],
  ])('%s by its number, with no shorthand that names it', (_, command, expected) => {
    for (const shorthand of [0x4_0000, 0x8_0000, 0xc_0000]) write(0x300, shorthand | command)
    expect([events, interrupt]).toEqual([[], false])
    write(0x300, command)
    expect([events, interrupt]).toEqual([expected, command === 0x4141])
  })
})

test('errors are shown by the next write, and interrupt', () => {
  write(0x370, 0x3e)
  write(0x300, 0x4_0005)
  expect(read(0x280)).toBe(0)
  write(0x280, 0)
  expect([read(0x280), apic.acknowledge()]).toEqual([0x60, 0x3e])
  write(0x280, 0)
  expect(read(0x280)).toBe(0)
  read(0x040)
  write(0x280, 0)
  expect(read(0x280)).toBe(0x80)
})

test('what registers keep', () => {
  const offsets = [0x020, 0x030, 0x0d0, 0x0e0, 0x0f0, 0x320, 0x330, 0x340, 0x350, 0x360, 0x370, 0x3e0]
  for (const offset of offsets) write(offset, 0xffff_ffff)
  const kept = offsets.map((offset) => `${offset.toString(16)}: ${read(offset).toString(16)}`)
  expect(kept).toEqual([
    '20: ff000000',
    '30: 50014',
    'd0: ff000000',
    'e0: ffffffff',
    'f0: 3ff',
    '320: 300ff',
    '330: 107ff',
    '340: 107ff',
    '350: 1a7ff',
    '360: 1a7ff',
    '370: 100ff',
    '3e0: b',
  ])
})

test('reset masks everything; saved at any time, it goes on alike', () => {
  write(0x320, 0x2_0040)
  write(0x3e0, 0xb)
  write(0x380, 1000)
  apic.request(0x50, true)
  apic.acknowledge()
  apic.request(0x60, false)
  runTo(300)
  const saved = structuredClone([apic.save(), clock.save()] as const)
  const go = () => {
    const first = apic.acknowledge()
    end()
    end()
    runTo(1000)
    return [first, apic.acknowledge(), read(0x390), events.at(-1)]
  }
  const expected = go()
  expect(expected).toEqual([0x60, 0x40, 1000, 'end 50'])
  now = 300
  apic = make()
  apic.load(saved[0])
  clock.load(saved[1])
  expect(go()).toEqual(expected)
  apic.reset()
  expect([read(0x320), read(0x0f0), read(0x380), interrupt, clock.deadline]).toEqual([
    0x1_0000,
    0xff,
    0,
    false,
    null,
  ])
})
