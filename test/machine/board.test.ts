import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { SharedLine } from '../../src/machine/bus/shared-line.ts'
import { makePc } from './make-pc.ts'

/**
 * What SeaBIOS leaves on QEMU 7.2's pc with 64 MiB, read there by a multiboot kernel; but CMOS tells no
 * memory that ACPI's tables take, and there is no SMI that would switch ACPI on.
 */
test('chips are as a BIOS leaves them', () => {
  const { space, read } = makePc()
  const cmos = (index: number) => {
    space.write(0x70, 1, index)
    return read(0x71)
  }
  expect([read(0x21), read(0xa1), read(0x4d0), read(0x4d1)]).toEqual([0xb8, 0x8e, 0, 0x0c])
  space.write(0x43, 1, 0xe2)
  expect(read(0x40) & 0x3f).toBe(0x34)
  expect([read(0x61) & 0x2f, read(0x92)]).toEqual([0x20 & read(0x61), 2])
  space.write(0x64, 1, 0x20)
  expect(read(0x60)).toBe(0x61)
  space.write(0x64, 1, 0xd0)
  expect(read(0x60) & 0x03).toBe(0x03)
  const indexes = [0x0a, 0x0b, 0x0d, 0x14, 0x15, 0x16, 0x17, 0x18, 0x30, 0x31, 0x32, 0x34, 0x35]
  expect(indexes.map(cmos)).toEqual([0x26, 2, 0x80, 6, 0x80, 2, 0xc0, 0xfb, 0xc0, 0xfb, 0x20, 0xff, 2])
  expect(read(0x604)).toBe(1)
})

test('the timer interrupts through vector 8, keys through 9, COM1 and COM3 through 0Ch', () => {
  const { board, space, events, runTo } = makePc()
  runTo(840 * 65_538)
  expect(events.at(-1)).toBe('INTR up')
  expect(board.acknowledge()).toBe(8)
  space.write(0x20, 1, 0x20)
  board.chips.keyboard.press('a', true)
  expect(board.acknowledge()).toBe(9)
  space.write(0x20, 1, 0x20)
  space.write(0x21, 1, 0xa8)
  for (const base of [0x3f8, 0x3e8]) {
    space.write(base + 4, 1, 8)
    space.write(base + 1, 1, 2)
    expect(board.acknowledge()).toBe(0x0c)
    space.write(0x20, 1, 0x20)
    space.read(base + 2, 1)
  }
})

test('ways out', () => {
  const { space, events } = makePc()
  space.write(0x604, 2, 0x2000)
  space.write(0x64, 1, 0xfe)
  space.write(0xcf9, 1, 6)
  space.write(0x92, 1, 1)
  space.write(0x3f8, 1, 65)
  space.write(0x2e8, 1, 66)
  expect(events.filter((event) => !event.startsWith('INTR'))).toEqual([
    'sleep 0',
    'reset by keyboard',
    'reset by cf9',
    // The 8042 keeps it open.
    'A20 on',
    'reset by port92',
    'com1 65',
    'com4 66',
  ])
})

test('what is loaded goes on as what was saved, on another board too', () => {
  const one = makePc()
  one.runTo(840 * 65_538)
  one.space.write(0x3e8 + 4, 1, 8)
  one.space.write(0x3e8 + 1, 1, 2)
  const saved = structuredClone([one.board.save(), one.clock.save()] as const)
  const other = makePc()
  other.board.load(saved[0])
  other.clock.load(saved[1])
  expect(isDeepStrictEqual([other.board.save(), other.clock.save()], saved)).toBe(true)
  other.runTo(840 * 65_538)
  const go = ({ board, clock, space, events, runTo }: ReturnType<typeof makePc>) => {
    events.length = 0
    const first = board.acknowledge()
    space.write(0x20, 1, 0x20)
    space.write(0x3e8 + 1, 1, 0)
    runTo(840 * 200_000)
    return { first, events, saved: [board.save(), clock.save()] }
  }
  expect(isDeepStrictEqual(go(other), go(one))).toBe(true)
})

test('A20 is open while the 8042 or port 92h says so', () => {
  const { space, events } = makePc()
  const [fast, command] = [0x92, 0x64]
  for (const [port, value] of [
    ...[
      [fast, 0],
      [command, 0xdd],
      [fast, 2],
      [fast, 0],
      [command, 0xdf],
    ],
  ] as const) {
    space.write(port, 1, value)
  }
  expect(events.filter((event) => event.startsWith('A20'))).toEqual([
    ...['A20 on', 'A20 off', 'A20 on', 'A20 off', 'A20 on'],
  ])
})

test('a shared line is high while one driver is', () => {
  const levels: boolean[] = []
  const shared = new SharedLine({ set: (level) => levels.push(level) })
  const [one, other] = [shared.driver(), shared.driver()]
  one.set(true)
  other.set(true)
  one.set(false)
  other.set(false)
  expect(levels).toEqual([true, true, true, false])
})

test('an exception of x87 interrupts through vector 75h, until port F0h is written', () => {
  const { board, space, events } = makePc()
  for (const [port, mask] of [
    [0x21, 0xfb],
    [0xa1, 0xdf],
  ] as const) {
    space.write(port, 1, mask)
  }
  board.chips.coprocessor.report()
  expect(events.at(-1)).toBe('INTR up')
  expect(board.acknowledge()).toBe(0x75)
  space.write(0xf0, 1, 0)
  expect(events.at(-1)).toBe('IGNNE')
  // Nothing is ignored that was not reported.
  space.write(0xf0, 1, 0)
  expect(events.filter((event) => event === 'IGNNE')).toHaveLength(1)
})
