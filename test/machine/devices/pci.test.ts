import { beforeEach, expect, test } from 'vitest'
import { PciBus } from '../../../src/machine/devices/pci-bus.ts'
import { PciFunction } from '../../../src/machine/devices/pci-function.ts'

let moves = 0
let bus = new PciBus()
let card = make()

function make(): PciFunction {
  const made = new PciFunction({
    vendor: 0x1234,
    device: 0x1111,
    revision: 2,
    classCode: 0x03_0000,
    interruptPin: 1,
    bars: [{ kind: 'prefetchable', bytes: 2 ** 24 }, null, { kind: 'ports', bytes: 16 }],
    romBytes: 65_536,
    own: [{ at: 0x40, bytes: 4, value: 0x8000_0001, writable: 0xffc0 }],
  })
  made.onChange = () => moves++
  return made
}

beforeEach(() => {
  moves = 0
  bus = new PciBus()
  card = make()
  bus.attach({ device: 2, function: 0 }, card)
})

const select = (address: number) => bus.write(0, 4, 0x8000_0000 + address)

function config(offset: number, size = 4): string {
  select((2 << 11) + (offset & ~3))
  return bus.read(4 + (offset & 3), size).toString(16)
}

function setConfig(offset: number, value: number, size = 4): void {
  select((2 << 11) + (offset & ~3))
  bus.write(4 + (offset & 3), size, value)
}

test('the header says what it is', () => {
  expect([config(0), config(8), config(0, 2), config(2, 2), config(0x0b, 1), config(0x3d, 1)]).toEqual([
    '11111234',
    '3000002',
    '1234',
    '1111',
    '3',
    '1',
  ])
})

test('where nobody is, all bits are ones, and writes are lost', () => {
  for (const address of [3 << 11, (2 << 11) + (1 << 8), 1 << 16]) {
    select(address)
    bus.write(4, 4, 0)
    expect([bus.read(4, 4), bus.read(4, 2), bus.read(5, 1)]).toEqual([0xffff_ffff, 0xffff, 0xff])
  }
  bus.write(0, 4, 2 << 11)
  expect(bus.read(4, 4)).toBe(0xffff_ffff)
})

test('the address register is there for four bytes only', () => {
  select(0xffff_ff)
  bus.write(0, 1, 0x12)
  bus.write(1, 2, 0)
  expect([bus.read(0, 4), bus.read(0, 1), bus.read(0, 2)]).toEqual([0x80ff_fffc, 0xff, 0xffff])
})

test('windows are sized by writing ones, and moved', () => {
  for (const offset of [0x10, 0x14, 0x18, 0x30]) setConfig(offset, 0xffff_ffff)
  expect([0x10, 0x14, 0x18, 0x30].map((offset) => config(offset))).toEqual([
    'ff000008',
    '0',
    'fff1',
    'ffff0001',
  ])
  setConfig(0x10, 0xe012_3456)
  setConfig(0x18, 0xc123)
  setConfig(0x30, 0xfeb0_0000)
  expect(card.windows).toEqual([])
  setConfig(4, 1, 2)
  expect(card.windows).toEqual([{ name: 'bar2', kind: 'ports', base: 0xc120, bytes: 16 }])
  setConfig(4, 2, 2)
  expect(card.windows).toEqual([{ name: 'bar0', kind: 'prefetchable', base: 0xe000_0000, bytes: 2 ** 24 }])
  setConfig(0x30, 0xfeb0_0001)
  expect(card.windows).toEqual([
    { name: 'bar0', kind: 'prefetchable', base: 0xe000_0000, bytes: 2 ** 24 },
    { name: 'rom', kind: 'memory', base: 0xfeb0_0000, bytes: 65_536 },
  ])
})

test('registers keep the bits that can be written, a byte at a time too', () => {
  setConfig(0, 0)
  setConfig(0x3c, 0xffff)
  setConfig(0x41, 0x5a, 1)
  setConfig(0x40, 0xff, 1)
  expect([config(0), config(0x3c, 2), config(0x40)]).toEqual(['11111234', '1ff', '80005ac1'])
})

test('every write is told, reset and load too, and what is saved comes back', () => {
  setConfig(0x10, 0xe000_0000)
  setConfig(4, 2, 2)
  expect(moves).toBe(2)
  const saved = structuredClone([card.save(), bus.save()] as const)
  bus.reset()
  expect([moves, card.windows, config(0x40)]).toEqual([3, [], '80000001'])
  card.load(saved[0])
  bus.load(saved[1])
  expect([moves, card.windows.length, bus.read(0, 4)]).toEqual([4, 1, saved[1]])
})

test('a place is for one', () => {
  expect(() => bus.attach({ device: 2, function: 0 }, make())).toThrow('two PCI functions in slot 2.0')
})
