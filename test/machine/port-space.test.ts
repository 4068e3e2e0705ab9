import { expect, test } from 'vitest'
import { PortSpace } from '../../src/machine/bus/port-space.ts'

function recorder(answer: (offset: number) => number) {
  const writes: [offset: number, size: number, value: number][] = []
  const chip = {
    read: (offset: number) => answer(offset),
    write: (...write: [number, number, number]) => void writes.push(write),
  }
  return { chip, writes }
}

test('where nobody listens every bit reads as 1', () => {
  const space = new PortSpace()
  expect([1, 2, 4].map((size) => space.read(0x100, size))).toEqual([0xff, 0xffff, 0xffff_ffff])
  space.write(0x100, 4, 1)
})

test('a wide access is split down to what the chip takes', () => {
  const space = new PortSpace()
  const { chip, writes } = recorder((offset) => 0x10 + offset)
  space.attach({ first: 0x3f8, count: 8 }, chip)
  space.write(0x3f8, 4, 0x0403_0201)
  expect(writes).toEqual([
    [0, 1, 1],
    [1, 1, 2],
    [2, 1, 3],
    [3, 1, 4],
  ])
  expect(space.read(0x3f9, 2)).toBe(0x1211)
  // Half of it is behind the chip's last port, and of the port space's.
  expect(space.read(0x3ff, 2)).toBe(0xff17)
  space.attach({ first: 0, count: 1 }, chip)
  expect(space.read(0xffff, 2)).toBe(0x10ff)
})

test('a chip that is wide gets the access whole', () => {
  const space = new PortSpace()
  const { chip, writes } = recorder(() => 0x8765_4321)
  space.attach({ first: 0xf4, count: 4, width: 4 }, chip)
  space.write(0xf4, 4, 0xffff_ffff)
  space.write(0xf6, 2, 0x1234)
  // Beginning in it and going past it: byte by byte.
  space.write(0xf7, 2, 0x5678)
  expect(writes).toEqual([
    [0, 4, 0xffff_ffff],
    [2, 2, 0x1234],
    [3, 1, 0x78],
  ])
  expect(space.read(0xf4, 4)).toBe(0x8765_4321)
})

test('whoever is attached first keeps a port; what the user plugs in hides it', () => {
  const space = new PortSpace()
  const [first, second] = [recorder(() => 1), recorder(() => 2)]
  space.attach({ first: 0x60, count: 5 }, first.chip)
  space.attach({ first: 0x62, count: 8 }, second.chip)
  expect([0x62, 0x64, 0x65].map((port) => space.read(port, 1))).toEqual([1, 1, 2])
  space.plug({ first: 0x62, count: 1 }, recorder(() => 3).chip)
  expect([0x61, 0x62, 0x63].map((port) => space.read(port, 1))).toEqual([1, 3, 1])
  space.unplugAll()
  expect(space.read(0x62, 1)).toBe(1)
})

test('a window moves; where a chip is attached it cannot be seen', () => {
  const space = new PortSpace()
  const window = space.window({ count: 4, width: 4 }, recorder((offset) => 0x10 + offset).chip)
  space.attach({ first: 0x601, count: 1 }, recorder(() => 7).chip)
  window.place(0x600)
  expect([0x600, 0x601, 0x602].map((port) => space.read(port, 1))).toEqual([0x10, 7, 0x12])
  window.place(0xe400)
  expect([0x600, 0xe400, 0xe403].map((port) => space.read(port, 1))).toEqual([0xff, 0x10, 0x13])
  window.place(null)
  expect(space.read(0xe400, 1)).toBe(0xff)
})

test('each access is charged once, by where it goes, and told of where nobody has any part of it', () => {
  const log: (string | number)[] = []
  const space = new PortSpace({
    charge: (ticks) => log.push(ticks ?? 'as usual'),
    unknown: (port, size, isWrite) => log.push(`${isWrite ? 'write' : 'read'} ${port.toString(16)} ${size}`),
  })
  space.attach({ first: 0x60, count: 1, charge: 250 }, recorder(() => 0).chip)
  space.read(0x60, 4)
  space.read(0x5f, 2)
  space.write(0x61, 2, 0)
  space.preset(0x61, 0)
  expect(log).toEqual([250, 'as usual', 'as usual', 'write 61 2'])
})

test('some of a chip’s registers may have ports elsewhere', () => {
  const space = new PortSpace()
  space.attach({ first: 0x3f6, count: 1, offset: 8 }, recorder((offset) => offset).chip)
  expect(space.read(0x3f6, 1)).toBe(8)
})
