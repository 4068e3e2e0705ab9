import { beforeEach, expect, test } from 'vitest'
import { DmaController } from '../../../src/machine/devices/dma-controller.ts'
import { DmaPages } from '../../../src/machine/devices/dma-pages.ts'
import { makePc } from '../make-pc.ts'

let dma = new DmaController(1)

beforeEach(() => {
  dma = new DmaController(1)
})

const read = (offset: number) => dma.read(offset)
const write = (offset: number, value: number) => dma.write(offset, 1, value)

/** Intel 231466: addresses and counts are two bytes through one port, the lower first. */
test('addresses and counts by turns of a flip-flop', () => {
  write(12, 0)
  for (const [offset, value] of [
    [4, 0x34],
    [4, 0x12],
    [5, 0xff],
    [5, 0x01],
  ] as const)
    write(offset, value)
  expect([read(4), read(4), read(5), read(5)]).toEqual([0x34, 0x12, 0xff, 0x01])
  read(4)
  write(12, 0)
  expect([read(4), read(5), read(4)]).toEqual([0x34, 0x01, 0x34])
})

test('masks: one by one, all cleared, all at once, all set by master clear and reset', () => {
  expect(read(15)).toBe(0xff)
  write(10, 2)
  expect(read(15)).toBe(0xfb)
  write(10, 6)
  write(14, 0)
  expect(read(15)).toBe(0xf0)
  write(15, 0x35)
  expect(read(15)).toBe(0xf5)
  write(0, 0x11)
  write(13, 0)
  expect([read(15), read(0)]).toEqual([0xff, 0x11])
  dma.reset()
  expect([read(15), read(0)]).toEqual([0xff, 0])
})

test('software requests show in the status register', () => {
  write(9, 4 | 3)
  expect(read(8)).toBe(0x80)
  write(9, 3)
  expect([read(8), read(13)]).toEqual([0, 0])
})

test('what is saved goes on in the middle of an address', () => {
  write(2, 0x56)
  const saved = structuredClone(dma.save())
  const other = new DmaController(1)
  other.load(saved)
  other.write(2, 1, 0x78)
  expect([other.read(2), other.read(2), other.peek(2)]).toEqual([0x56, 0x78, 0x56])
  const pages = new DmaPages()
  pages.write(7, 1, 0xab)
  const again = new DmaPages()
  again.load(structuredClone(pages.save()))
  expect([again.peek(7), again.read(1)]).toEqual([0xab, 0])
  again.reset()
  expect(again.read(7)).toBe(0)
})

test('on the board: registers of the second are two ports apart, port 80h keeps a byte', () => {
  const { space, read: port } = makePc()
  space.write(0xd4, 1, 0)
  expect([port(0xde), port(0x0f)]).toEqual([0xfe, 0xff])
  space.write(0x80, 1, 0x55)
  space.write(0x87, 1, 1)
  expect([port(0x80), port(0x87), port(0x92)]).toEqual([0x55, 1, 2])
})
