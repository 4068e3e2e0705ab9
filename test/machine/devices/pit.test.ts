import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { Pit } from '../../../src/machine/devices/pit.ts'
import { TimerQueue } from '../../../src/machine/timer-queue.ts'

const clockTicks = 840
let now = 0
let clock = new TimerQueue(() => now)
let pit = new Pit(clock, [])
let edges: string[] = []

beforeEach(() => {
  now = 0
  clock = new TimerQueue(() => now)
  edges = []
  let before = false
  const line = {
    set: (level: boolean) => {
      if (level !== before) edges.push(`${level ? 'up' : 'down'} ${now / clockTicks}`)
      before = level
    },
  }
  pit = new Pit(clock, [line, null, null])
})

const control = (counter: number, mode: number, { access = 1, bcd = 0 } = {}) =>
  pit.write(3, 1, (counter << 6) | (access << 4) | (mode << 1) | bcd)
const write = (counter: number, ...bytes: number[]) => {
  for (const byte of bytes) pit.write(counter, 1, byte)
}
const read = (counter: number) => pit.read(counter)
const hex = (value: number) => value.toString(16).toUpperCase()

/** What counter 2 does in the next clocks, drawn as in the data sheet: its low byte and OUT, high or low. */
function draw(clocks: number): string {
  const seen = []
  for (let i = 0; i < clocks; i++) {
    now += clockTicks
    seen.push(`${hex(pit.peek(2))}${pit.level(2) ? '¯' : '_'}`)
  }
  return seen.join(' ')
}

/** Runs to a clock with all edges on the way, as the machine does. */
function runTo(end: number): void {
  while (clock.deadline !== null && clock.deadline <= end * clockTicks) {
    now = clock.deadline
    clock.expireDue()
  }
  now = end * clockTicks
}

describe('the wave forms of the data sheet', () => {
  beforeEach(() => pit.setGate(2, true))

  test('mode 0: interrupt on terminal count', () => {
    control(2, 0)
    expect(pit.level(2)).toBe(false)
    write(2, 4)
    expect(draw(7)).toBe('4_ 3_ 2_ 1_ 0¯ FF¯ FE¯')
  })

  test('mode 0: the gate holds the count', () => {
    control(2, 0)
    write(2, 3)
    expect(draw(2)).toBe('3_ 2_')
    pit.setGate(2, false)
    expect(draw(2)).toBe('2_ 2_')
    pit.setGate(2, true)
    expect(draw(3)).toBe('1_ 0¯ FF¯')
  })

  test('mode 0: a new count starts anew', () => {
    control(2, 0)
    write(2, 3)
    expect(draw(3)).toBe('3_ 2_ 1_')
    write(2, 2)
    expect(draw(4)).toBe('2_ 1_ 0¯ FF¯')
  })

  test('mode 1: one-shot, started again by the gate', () => {
    pit.setGate(2, false)
    control(2, 1)
    write(2, 3)
    expect(pit.level(2)).toBe(true)
    pit.setGate(2, true)
    expect(draw(5)).toBe('3_ 2_ 1_ 0¯ FF¯')
    pit.setGate(2, false)
    pit.setGate(2, true)
    expect(draw(2)).toBe('3_ 2_')
    pit.setGate(2, false)
    pit.setGate(2, true)
    expect(draw(4)).toBe('3_ 2_ 1_ 0¯')
  })

  test('mode 1: a new count waits for the next trigger', () => {
    pit.setGate(2, false)
    control(2, 1)
    write(2, 2)
    pit.setGate(2, true)
    expect(draw(1)).toBe('2_')
    write(2, 4)
    expect(draw(3)).toBe('1_ 0¯ FF¯')
    pit.setGate(2, false)
    pit.setGate(2, true)
    expect(draw(5)).toBe('4_ 3_ 2_ 1_ 0¯')
  })

  test('mode 2: rate generator; a new count waits for the end of the period', () => {
    control(2, 2)
    write(2, 4)
    expect(draw(2)).toBe('4¯ 3¯')
    write(2, 5)
    expect(draw(7)).toBe('2¯ 1_ 5¯ 4¯ 3¯ 2¯ 1_')
  })

  test('mode 2: the gate stops it, takes OUT up at once and starts a new period', () => {
    control(2, 2)
    write(2, 3)
    expect(draw(3)).toBe('3¯ 2¯ 1_')
    pit.setGate(2, false)
    expect(pit.level(2)).toBe(true)
    expect(draw(2)).toBe('1¯ 1¯')
    pit.setGate(2, true)
    expect(draw(4)).toBe('3¯ 2¯ 1_ 3¯')
  })

  test('mode 3: square wave of even and odd counts', () => {
    control(2, 3)
    write(2, 4)
    expect(draw(8)).toBe('4¯ 2¯ 4_ 2_ 4¯ 2¯ 4_ 2_')
    control(2, 3)
    write(2, 5)
    expect(draw(10)).toBe('4¯ 2¯ 0¯ 4_ 2_ 4¯ 2¯ 0¯ 4_ 2_')
  })

  test('mode 3: a new count is taken over in the middle too', () => {
    control(2, 3)
    write(2, 8)
    expect(draw(2)).toBe('8¯ 6¯')
    write(2, 4)
    expect(draw(6)).toBe('4¯ 2¯ 4_ 2_ 4¯ 2¯')
  })

  test('mode 4: strobe, once', () => {
    control(2, 4)
    write(2, 3)
    expect(draw(6)).toBe('3¯ 2¯ 1¯ 0_ FF¯ FE¯')
    write(2, 2)
    expect(draw(4)).toBe('2¯ 1¯ 0_ FF¯')
  })

  test('mode 5: strobe after a trigger', () => {
    pit.setGate(2, false)
    control(2, 5)
    write(2, 2)
    pit.setGate(2, true)
    expect(draw(4)).toBe('2¯ 1¯ 0_ FF¯')
    pit.setGate(2, false)
    pit.setGate(2, true)
    expect(draw(3)).toBe('2¯ 1¯ 0_')
  })

  test('decimal counting, 0 is 10,000', () => {
    control(2, 2, { access: 3, bcd: 1 })
    write(2, 0, 0)
    now += 2 * clockTicks
    expect([read(2), read(2)].map(hex)).toEqual(['99', '99'])
    now += 99 * clockTicks
    expect([read(2), read(2)].map(hex)).toEqual(['0', '99'])
  })
})

describe('what programs read', () => {
  beforeEach(() => pit.setGate(2, true))

  test('low and high byte in turns; a latched count stands still', () => {
    control(2, 2, { access: 3 })
    write(2, 0x34, 0x12)
    now += clockTicks
    expect([read(2), read(2)]).toEqual([0x34, 0x12])
    pit.write(3, 1, 0x80)
    now += 0x100 * clockTicks
    pit.write(3, 1, 0x80)
    expect([read(2), read(2)]).toEqual([0x34, 0x12])
    expect([read(2), read(2)]).toEqual([0x34, 0x11])
  })

  test('only the high byte', () => {
    control(2, 2, { access: 2 })
    write(2, 0x12)
    now += clockTicks
    expect([read(2), read(2)]).toEqual([0x12, 0x12])
  })

  test('read-back: status before count, null count until it is loaded', () => {
    control(2, 3, { access: 3 })
    pit.write(3, 1, 0xe8)
    expect(hex(read(2))).toBe('F6')
    write(2, 0x00, 0x10)
    pit.write(3, 1, 0xe8)
    expect(hex(read(2))).toBe('F6')
    now += clockTicks
    pit.write(3, 1, 0xc8)
    now += 0x900 * clockTicks
    expect([read(2), read(2), read(2)].map(hex)).toEqual(['B6', '0', '10'])
    pit.write(3, 1, 0xe8)
    expect(hex(read(2))).toBe('36')
  })

  test('peek changes nothing', () => {
    control(2, 2, { access: 3 })
    write(2, 0x34, 0x12)
    pit.write(3, 1, 0xc8)
    const before = structuredClone(pit.save())
    for (const offset of [0, 1, 2, 3, 2]) pit.peek(offset)
    expect(pit.save()).toEqual(before)
  })

  test('the control port reads as an open bus', () => {
    expect(read(3)).toBe(0xff)
  })
})

describe('counter 0 drives its line', () => {
  test('through every edge, when the guest has got past several', () => {
    control(0, 2, { access: 3 })
    write(0, 10, 0)
    now = 25 * clockTicks
    clock.expireDue()
    expect(edges).toEqual(['up 0', 'down 25', 'up 25', 'down 25', 'up 25'])
    expect(clock.deadline).toBe(30 * clockTicks)
  })

  test('as a rate generator: down for the last clock of each period', () => {
    control(0, 2, { access: 3 })
    write(0, 10, 0)
    runTo(25)
    expect(edges).toEqual(['up 0', 'down 10', 'up 11', 'down 20', 'up 21'])
  })

  test('half of the time as a square wave; a new rate comes at the next edge', () => {
    control(0, 3, { access: 3 })
    write(0, 10, 0)
    runTo(8)
    write(0, 20, 0)
    runTo(40)
    expect(edges).toEqual(['up 0', 'down 6', 'up 11', 'down 21', 'up 31'])
  })

  test('once in mode 0, and down at the first byte of a new count', () => {
    control(0, 0, { access: 3 })
    write(0, 5, 0)
    runTo(20)
    write(0, 5)
    expect(edges).toEqual(['up 0', 'down 0', 'up 6', 'down 20'])
    expect(clock.deadline).toBe(null)
  })

  test('the first interrupt of a PC comes after 65,536 clocks', () => {
    control(0, 3, { access: 3 })
    write(0, 0, 0)
    runTo(65_537)
    expect(edges).toEqual(['up 0', 'down 32769', 'up 65537'])
  })
})

test('saved in the middle of anything, it goes on alike', () => {
  const command = fc.oneof(
    fc.record({ offset: fc.nat(3), value: fc.nat(255) }),
    fc.record({ offset: fc.constant(3), value: fc.constantFrom(0x30, 0x34, 0x36, 0x38, 0xb4, 0xc2, 0x00) }),
  )
  const steps = fc.array(fc.record({ command, wait: fc.nat(70_000) }), { minLength: 2, maxLength: 30 })
  fc.assert(
    fc.property(steps, fc.nat(), (commands, cut) => {
      const play = (saveAt: number) => {
        let time = 0
        const log: string[] = []
        const line = { set: (level: boolean) => log.push(`${time} ${level}`) }
        let queue = new TimerQueue(() => time)
        let chip = new Pit(queue, [line, null, null])
        for (const [
          index,
          {
            command: { offset, value },
            wait,
          },
        ] of commands.entries()) {
          if (index === saveAt) {
            const saved = { timers: queue.save(), chip: structuredClone(chip.save()) }
            const kept = log.length
            queue = new TimerQueue(() => time)
            chip = new Pit(queue, [line, null, null])
            log.length = kept
            chip.load(saved.chip)
            queue.load(saved.timers)
          }
          chip.write(offset, 1, value)
          const end = time + wait * 100
          while (queue.deadline !== null && queue.deadline <= end) {
            time = queue.deadline
            queue.expireDue()
          }
          time = end
          log.push(`read ${chip.read(offset)}`)
        }
        return log
      }
      expect(play(cut % commands.length)).toEqual(play(-1))
    }),
    { numRuns: 200 },
  )
})
