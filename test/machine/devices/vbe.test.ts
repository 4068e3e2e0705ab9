import { isDeepStrictEqual } from 'node:util'
import { beforeEach, describe, expect, test } from 'vitest'
import { vbeRegister } from '../../../src/machine/devices/bochs-vbe.ts'
import { makePc } from '../make-pc.ts'

const framebuffer = 0xfd00_0000
const registers = 0xfebf_0000

let pc = makePc()
beforeEach(() => {
  pc = makePc()
})

const { width, height, depth, enable, bank, virtualWidth, virtualHeight, xOffset, yOffset } = vbeRegister

function set(index: number, value: number): void {
  pc.space.write(0x1ce, 2, index)
  pc.space.write(0x1cf, 2, value)
}

function get(index: number): number {
  pc.space.write(0x1ce, 2, index)
  return pc.space.read(0x1cf, 2)
}

function setMode(columns: number, lines: number, bits: number, flags = 0x41): void {
  set(enable, 0)
  set(width, columns)
  set(height, lines)
  set(depth, bits)
  set(enable, flags)
}

const pixels = (at: number, ...bytes: readonly number[]) =>
  pc.memory.device.writeBytes(at, Uint8Array.from(bytes))

function pixel(x: number, y: number): string {
  const { width: columns, rgba } = pc.board.chips.vga.display.pixels
  return Buffer.from(rgba.subarray(4 * (y * columns + x), 4 * (y * columns + x) + 4)).toString('hex')
}

describe('registers', () => {
  test('are words behind an index; an interface of any version is there', () => {
    expect([get(0), get(vbeRegister.videoMemory), get(11)]).toEqual([0xb0c5, 256, 0])
    for (const id of [0xb0c0, 0xb0c4]) {
      set(0, id)
      expect(get(0)).toBe(id)
    }
    set(0, 0xb0c6)
    set(vbeRegister.videoMemory, 1)
    expect([get(0), get(vbeRegister.videoMemory)]).toEqual([0xb0c4, 256])
    pc.space.write(0x1ce, 1, 1)
    expect([pc.space.read(0x1ce, 2), pc.space.read(0x1ce, 1)]).toEqual([vbeRegister.videoMemory, 0xff])
  })

  test('tell what is possible when asked for', () => {
    setMode(640, 480, 8, 3)
    expect([get(width), get(height), get(depth)]).toEqual([16_000, 12_000, 32])
    set(enable, 1)
    expect([get(width), get(height), get(depth)]).toEqual([640, 480, 8])
  })

  test('what there is no memory for becomes what there is', () => {
    setMode(1023, 768, 32)
    expect([get(width), get(virtualWidth), get(virtualHeight)]).toEqual([1016, 1016, 4128])
    setMode(0, 0, 7)
    expect([get(width), get(height), get(depth)]).toEqual([8, 1, 8])
    setMode(0xffff, 0xffff, 32)
    expect([get(width), get(height)]).toEqual([16_000, 262])
  })

  test('the screen is a part of its memory', () => {
    setMode(800, 600, 16)
    set(virtualWidth, 100)
    expect(get(virtualWidth)).toBe(800)
    set(virtualWidth, 2003)
    set(xOffset, 1200)
    set(yOffset, 100)
    expect([get(virtualWidth), get(xOffset), get(yOffset)]).toEqual([2000, 1200, 100])
    set(xOffset, 1201)
    set(yOffset, 4000)
    expect([get(xOffset), get(yOffset)]).toEqual([1201, 0])
    pixels(100 * 4000 + 2 * 16, 0x00, 0xf8)
    set(xOffset, 16)
    set(yOffset, 100)
    expect(pixel(0, 0)).toBe('ff0000ff')
  })
})

describe('pixels', () => {
  test('of 32, 24, 16 and 15 bits', () => {
    setMode(640, 480, 32)
    pixels(4 * (640 * 2 + 3), 0x30, 0x20, 0x10, 0xff)
    expect([pixel(3, 2), pixel(2, 2)]).toEqual(['102030ff', '000000ff'])
    setMode(640, 480, 24)
    pixels(3 * (640 * 479 + 639), 0x30, 0x20, 0x10)
    expect(pixel(639, 479)).toBe('102030ff')
    setMode(320, 200, 16)
    pixels(2, 0x1f, 0x04, 0xe0, 0x07)
    expect([pixel(1, 0), pixel(2, 0)]).toEqual(['0082ffff', '00ff00ff'])
    setMode(320, 200, 15)
    pixels(2, 0x1f, 0x42, 0xe0, 0x83)
    expect([pixel(1, 0), pixel(2, 0)]).toEqual(['8484ffff', '00ff00ff'])
  })

  test('of 8 bits go through the DAC, of 6 bits a color or 8', () => {
    setMode(320, 200, 8, 0x41)
    pixels(0, 200)
    pc.space.write(0x3c8, 1, 200)
    for (const level of [0xff, 0x20, 0x01]) pc.space.write(0x3c9, 1, level)
    expect(pixel(0, 0)).toBe('ff8204ff')
    set(enable, 0x61)
    pc.space.write(0x3c8, 1, 200)
    for (const level of [0xff, 0x20, 0x01]) pc.space.write(0x3c9, 1, level)
    expect(pixel(0, 0)).toBe('ff2001ff')
    pc.space.write(0x3c7, 1, 200)
    expect(pc.space.read(0x3c9, 1)).toBe(0xff)
  })

  test('of 4 bits are in planes, behind the graphics controller', () => {
    setMode(800, 600, 4)
    for (const [index, value] of [
      [0x3ce, 0x05],
      [0x3ce, 0xff08],
      [0x3c4, 0x0604],
      [0x3c4, 0x0902],
    ] as const) {
      pc.space.write(index, 1, value & 0xff)
      pc.space.write(index + 1, 1, value >> 8)
    }
    pc.memory.writeChip(0xa_0000 + 100 * 2 + 1, 1, 0x40)
    expect([pixel(9, 2), pixel(8, 2)]).toEqual(['5555ffff', '000000ff'])
    expect([...pc.memory.device.contents.subarray(804, 808)]).toEqual([0x40, 0, 0, 0x40])
    set(bank, 1)
    pc.memory.writeChip(0xa_0000, 1, 0x80)
    expect(pc.memory.device.contents[4 * 0x1_0000]).toBe(0x80)
  })

  test('a mode clears memory, unless asked not to; its screen is black while the VGA is off', () => {
    setMode(640, 480, 32)
    pixels(0, 1, 2, 3)
    setMode(640, 480, 32, 0xc1)
    expect(pixel(0, 0)).toBe('030201ff')
    pc.space.write(0x3c4, 1, 1)
    pc.space.write(0x3c5, 1, 0x21)
    expect(pixel(0, 0)).toBe('000000ff')
    pc.space.write(0x3c5, 1, 0x01)
    setMode(640, 480, 32)
    expect(pixel(0, 0)).toBe('000000ff')
  })
})

describe('windows', () => {
  test('a bank of packed pixels shows at A0000h; text memory is back behind the mode', () => {
    pc.memory.write(0xb_8000, Uint8Array.of(0x41, 7))
    setMode(640, 480, 8)
    expect([pc.memory.lowPage(0xa_0000), pc.memory.lowPage(0xb_8000)]).toEqual(['device', 'chip'])
    set(bank, 3)
    pc.memory.write(0xa_ffff, Uint8Array.of(5))
    pc.memory.writeChip(0xb_0000, 1, 6)
    expect([pc.memory.device.contents[0x3_ffff], pc.memory.readChip(0xb_0000, 2)]).toEqual([5, 0xffff])
    set(bank, 0x103)
    expect(get(bank)).toBe(3)
    expect(pc.board.chips.vga.display.text).toBe(null)
    set(enable, 0)
    expect([pc.memory.lowPage(0xa_0000), pc.memory.device.save().length]).toEqual(['chip', 1])
    pc.space.write(0x3ce, 1, 6)
    pc.space.write(0x3cf, 1, 0x0e)
    expect([pc.memory.lowPage(0xb_8000), pc.board.chips.vga.display.text?.codes[0]]).toEqual(['ram', 0x41])
  })

  test('registers are in memory too', () => {
    const { memory } = pc
    expect(memory.readChip(registers, 4)).toBe(0xffff_ff00)
    memory.writeChip(registers + 0x500 + 2 * width, 2, 640)
    memory.writeChip(registers + 0x500 + 2 * height, 4, 480 | (32 << 16))
    memory.writeChip(registers + 0x500 + 2 * enable, 2, 1)
    expect([get(width), get(height), get(depth), get(enable)]).toEqual([640, 480, 32, 1])
    expect([memory.readChip(registers + 0x500, 2), memory.readChip(registers + 0x502, 4)]).toEqual([
      0xb0c5, 0x01e0_0280,
    ])
    expect(memory.readChip(registers + 0x501, 1)).toBe(0xff)
    memory.writeChip(registers + 0x404, 2, 0x0f02)
    expect(memory.readChip(registers + 0x405, 1)).toBe(0x0f)
    expect([memory.readChip(registers + 0x600, 4), memory.readChip(registers + 0x604, 4)]).toEqual([
      8, 0x1e1e_1e1e,
    ])
    pc.setConfig(2, 0, 0x18, 4, 0xe000_0000)
    expect([memory.readChip(registers + 0x500, 2), memory.readChip(0xe000_0500, 2)]).toEqual([0xffff, 0xb0c5])
  })

  test('the framebuffer is where its function says, and nowhere without memory decoding', () => {
    const { memory } = pc
    memory.writeChip(framebuffer + 4, 2, 0x1234)
    expect([memory.readChip(framebuffer + 4, 4), memory.device.contents[4]]).toEqual([0x1234, 0x34])
    pc.setConfig(2, 0, 0x10, 4, 0xe000_0000)
    expect([memory.readChip(framebuffer + 4, 1), memory.readChip(0xe000_0004, 1)]).toEqual([0xff, 0x34])
    pc.setConfig(2, 0, 0x04, 2, 0x0101)
    expect(memory.readChip(0xe000_0004, 1)).toBe(0xff)
  })
})

test('saved, the screen and the bank come back', () => {
  setMode(640, 480, 16, 0x61)
  set(bank, 2)
  set(yOffset, 7)
  pixels(2 * 640 * 7, 0xff, 0xff)
  const saved = structuredClone(pc.board.save())
  pc = makePc()
  pc.board.load(saved)
  expect(isDeepStrictEqual(pc.board.save(), saved)).toBe(true)
  expect([get(bank), pixel(0, 0), pc.memory.lowPage(0xa_0000)]).toEqual([2, 'ffffffff', 'device'])
  expect(pc.memory.deviceOffset(0xa_0001)).toBe(0x2_0001)
})
