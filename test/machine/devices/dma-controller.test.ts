import { beforeEach, expect, test } from 'vitest'
import { DmaController } from '../../../src/machine/devices/dma-controller.ts'
import { DmaPages } from '../../../src/machine/devices/dma-pages.ts'
import { connectedMemory } from '../connected-memory.ts'
import { makePc } from '../make-pc.ts'

const memory = connectedMemory(64)
const page = { of: 0x12 }
const make = (unit: 1 | 2, getsBus?: () => boolean) =>
  new DmaController(unit, { memory, page: () => page.of, ...(getsBus && { getsBus }) })
let dma = make(1)

beforeEach(() => {
  dma = make(1)
  page.of = 0x12
  memory.write(0x12_0000, new Uint8Array(0x2_0000))
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
  const other = make(1)
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

const channel = 2
const mode = {
  verify: 0x40,
  toMemory: 0x44,
  fromMemory: 0x48,
  autoInitialize: 0x10,
  decrement: 0x20,
} as const
const block = 0x40

/** Channel 2: so many transfers from an address of its page. */
function program(chip: DmaController, unit: 1 | 2, how: number, address: number, transfers: number): void {
  const set = (register: number, value: number) => chip.write(register * unit, 1, value)
  set(12, 0)
  set(11, how | channel)
  for (const byte of [address & 0xff, address >> 8]) set(4, byte)
  for (const byte of [(transfers - 1) & 0xff, (transfers - 1) >> 8]) set(5, byte)
  set(10, channel)
}

const bytes = (count: number) => Uint8Array.from({ length: count }, (_, at) => at + 1)

test('a device gives and takes, up to the terminal count, which masks the channel', () => {
  program(dma, 1, mode.toMemory, 0x3456, 5)
  expect(dma.line(channel).give(bytes(3))).toEqual({ bytes: 3, isTerminal: false })
  expect([read(4), read(4), read(5), read(5), read(15)]).toEqual([0x59, 0x34, 1, 0, 0xfb])
  expect(dma.line(channel).give(bytes(3))).toEqual({ bytes: 2, isTerminal: true })
  expect([...memory.read(0x12_3456, 6)]).toEqual([1, 2, 3, 1, 2, 0])
  expect([dma.peek(8), read(8), read(8), read(15)]).toEqual([4, 4, 0, 0xff])
  expect(dma.line(channel).give(bytes(3))).toEqual({ bytes: 0, isTerminal: false })
  program(dma, 1, mode.fromMemory, 0x3457, 8)
  const into = new Uint8Array(3)
  expect(dma.line(channel).take(into)).toEqual({ bytes: 3, isTerminal: false })
  expect([...into]).toEqual([2, 3, 1])
})

test('addresses wrap in their 64 KiB, or descend', () => {
  program(dma, 1, mode.toMemory, 0xfffe, 4)
  dma.line(channel).give(bytes(4))
  expect([...memory.read(0x12_fffe, 3), ...memory.read(0x12_0000, 2)]).toEqual([1, 2, 0, 3, 4])
  program(dma, 1, mode.toMemory | mode.decrement, 1, 3)
  dma.line(channel).give(bytes(3))
  expect([...memory.read(0x12_0000, 2), ...memory.read(0x12_ffff, 1)]).toEqual([2, 1, 3])
})

test('auto-initialization begins again and masks nothing; verifying moves nothing', () => {
  program(dma, 1, mode.toMemory | mode.autoInitialize, 0x100, 2)
  for (let turn = 0; turn < 2; turn++) expect(dma.line(channel).give(bytes(2)).isTerminal).toBe(true)
  expect([read(4), read(4), read(5), read(5), read(15)]).toEqual([0, 1, 1, 0, 0xfb])
  program(dma, 1, mode.verify, 0x200, 2)
  expect(dma.line(channel).give(bytes(2))).toEqual({ bytes: 2, isTerminal: true })
  expect([...memory.read(0x12_0100, 2), ...memory.read(0x12_0200, 2)]).toEqual([1, 2, 0, 0])
})

test('words lie at even addresses of 128 KiB', () => {
  const words = make(2)
  page.of = 0x13
  program(words, 2, mode.toMemory, 0x8001, 2)
  expect(words.line(channel).give(bytes(4))).toEqual({ bytes: 4, isTerminal: true })
  expect([...memory.read(0x13_0002, 4)]).toEqual([1, 2, 3, 4])
})

test('nothing moves while the controller is off, masked, cascaded, or does not get the bus', () => {
  const refused = { bytes: 0, isTerminal: false }
  program(dma, 1, mode.toMemory, 0, 4)
  write(8, 4)
  expect(dma.line(channel).give(bytes(1))).toEqual(refused)
  write(8, 0)
  write(10, 4 | channel)
  expect(dma.line(channel).give(bytes(1))).toEqual(refused)
  write(11, 0xc0 | channel)
  write(10, channel)
  expect([dma.passes(channel), dma.line(channel).give(bytes(1))]).toEqual([true, refused])
  const second = make(1, () => false)
  program(second, 1, mode.toMemory, 0, 4)
  expect(second.line(channel).give(bytes(1))).toEqual(refused)
})

test('in block mode a request goes on to the terminal count, by software too, past a mask', () => {
  program(dma, 1, (mode.toMemory & ~block) | 0x80, 0, 4)
  expect(dma.line(channel).give(bytes(2))).toEqual({ bytes: 2, isTerminal: true })
  expect([...memory.read(0x12_0000, 5)]).toEqual([1, 2, 0xff, 0xff, 0])
  program(dma, 1, (mode.toMemory & ~block) | 0x80, 0x10, 2)
  write(10, 4 | channel)
  write(9, 4 | channel)
  expect([...memory.read(0x12_0010, 3), read(8)]).toEqual([0xff, 0xff, 0, 4])
})

test('on the board: pages of channel 2 are at 81h, and the second controller passes it on', () => {
  const { board, space, memory: ram } = makePc()
  const give = () => {
    program(board.chips.dma, 1, mode.toMemory, 0x4000, 1)
    return board.chips.dma.line(channel).give(bytes(1)).bytes
  }
  space.write(0x81, 1, 0x21)
  expect([give(), ...ram.read(0x21_4000, 1)]).toEqual([1, 1])
  space.write(0xd4, 1, 4)
  expect(give()).toBe(0)
})
