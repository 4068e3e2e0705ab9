import { beforeEach, describe, expect, test } from 'vitest'
import { ticksPerSecond } from '../../../src/machine/clock.ts'
import { modeColors, videoMode } from '../../../src/machine/firmware/vga-bios/mode-tables.ts'
import { VgaBench } from './vga-bench.ts'

let bench = new VgaBench()
let { display } = bench

beforeEach(() => {
  bench = new VgaBench()
  display = bench.display
})

const setMode = (number: number) => bench.setMode(number)
const out = (port: number, value: number, size = 1) => bench.ports.write(port, size, value)
const inp = (port: number) => bench.ports.read(port, 1)
const write = (address: number, value: number, size = 1) => bench.write(address, value, size)
const setPlane = (plane: number, at: number, value: number) => bench.setPlane(plane, at, value)
const read = (address: number, size = 1) => bench.read(address, size)
const hex = (value: number) => value.toString(16).padStart(2, '0')

/** Colors at some places of one picture. */
function pixels(...places: readonly (readonly [number, number])[]): string[] {
  const { width, rgba } = display.pixels
  return places.map(([x, y]) => {
    const at = 4 * (y * width + x)
    return [...rgba.subarray(at, at + 3)].map(hex).join('')
  })
}

const pixel = (x: number, y: number) => pixels([x, y])[0]

describe('text', () => {
  beforeEach(() => setMode(3))

  test('a cell is a character and an attribute at B8000h', () => {
    write(0xb_8000 + 2 * (80 * 2 + 3), 0x4f41, 2)
    const text = display.text
    expect([text?.columns, text?.rows, text?.codes[163], text?.attributes[163]]).toEqual([80, 25, 0x41, 0x4f])
    expect(read(0xb_8000 + 2 * 163, 4)).toBe(0x4f41)
  })

  test('A0000h and B0000h are nobody’s in this mode', () => {
    write(0xa_0000, 0x12)
    expect([read(0xa_0000, 2), read(0xb_0000)]).toEqual([0xffff, 0xff])
    expect(bench.vga.save().memory.bytes.every((byte) => byte === 0)).toBe(true)
  })

  test('start address and cursor', () => {
    write(0xb_8000 + 160, 0x0742, 2)
    out(0x3d4, 0x500d, 2)
    out(0x3d4, 0x0e)
    out(0x3d5, 0x00)
    out(0x3d4, 0x0f)
    out(0x3d5, 80 + 80 * 3 + 7)
    expect([display.text?.codes[0], display.text?.cursor]).toEqual([0x42, null])
    out(0x3d4, 0x0e)
    out(0x3d5, 0x01)
    out(0x3d4, 0x0f)
    out(0x3d5, (80 + 80 * 3 + 7) & 0xff)
    expect(display.text?.cursor).toEqual({ column: 7, row: 3 })
    out(0x3d4, 0x200a, 2)
    expect(display.text?.cursor).toBe(null)
  })

  test('is drawn with the font in plane 2, nine dots wide, colors through palette and DAC', () => {
    const glyph = 0xc4
    setPlane(2, glyph * 32 + 5, 0x81)
    write(0xb_8000, 0x1e00 | glyph, 2)
    const { width, height } = display.pixels
    expect([width, height]).toEqual([720, 400])
    const row = pixels(...Array.from({ length: 10 }, (_, x) => [x, 5] as const))
    const [ink, paper] = ['ffff55', '0000aa']
    expect(row).toEqual([ink, paper, paper, paper, paper, paper, paper, ink, ink, '000000'])
    // The cursor is two lines at the foot of the first cell.
    expect(pixels([0, 12], [0, 13], [8, 14], [0, 15])).toEqual([paper, ink, ink, paper])
  })

  test('the upper half of 256 characters may be another font, and backgrounds blink or are bright', () => {
    setPlane(2, 0x41 * 32, 0xff)
    write(0xb_8000 + 2, 0xcf41, 2)
    out(0x3c4, 0x0403, 2)
    expect(pixels([9, 0], [9, 1])).toEqual(['aa0000', 'aa0000'])
    out(0x3c4, 0x0003, 2)
    expect(pixel(9, 0)).toBe('ffffff')
    inp(0x3da)
    out(0x3c0, 0x30)
    out(0x3c0, 0x04)
    expect(pixel(9, 1)).toBe('ff5555')
  })

  test('80 and 40 columns, in color and monochrome', () => {
    const sizes = [0, 1, 2, 3, 7].map((mode) => {
      setMode(mode)
      const { width, height } = display.pixels
      return [display.text?.columns, display.text?.rows, width, height]
    })
    expect(sizes).toEqual([
      [40, 25, 720, 400],
      [40, 25, 720, 400],
      [80, 25, 720, 400],
      [80, 25, 720, 400],
      [80, 25, 720, 400],
    ])
    write(0xb_0000, 0x0741, 2)
    expect([display.text?.codes[0], display.text?.attributes[0]]).toEqual([0x41, 7])
    expect([inp(0x3d4), inp(0x3b4)]).toEqual([0xff, 0x18])
  })
})

describe('the window as RAM', () => {
  const isRam = (address: number) => bench.memory.lowPage(address) === 'ram'

  test('text memory, and that of mode 13h, is RAM while bytes are simply kept there', () => {
    const where = [3, 7, 0x13, 4, 0x12, 6].map((mode) => {
      setMode(mode)
      return [0xa_0000, 0xa_f000, 0xb_0000, 0xb_7000, 0xb_8000, 0xb_f000].map(isRam).map(Number).join('')
    })
    expect(where).toEqual(['000011', '001100', '110000', '000011', '000000', '000000'])
  })

  test('what is there goes to the planes when a register makes a difference, and comes back', () => {
    setMode(3)
    write(0xb_8000 + 0x7ffe, 0x1e41, 2)
    out(0x3c4, 0x0602, 2)
    expect([isRam(0xb_8000), bench.plane(0, 0x7ffe), bench.plane(1, 0x7ffe)]).toEqual([false, 0x41, 0x1e])
    expect(read(0xb_8000 + 0x7ffe)).toBe(0x41)
    write(0xb_8000 + 0x7ffe, 0x42)
    out(0x3c4, 0x0302, 2)
    expect([isRam(0xb_8000), read(0xb_8000 + 0x7ffe, 2)]).toEqual([true, 0x1e41])
    expect(bench.plane(2, 0x7ffe)).toBe(0x42)
  })

  test('the display looks through it, saved and loaded too', () => {
    setMode(0x13)
    write(0xa_0000 + 3, 15)
    const saved = structuredClone(bench.vga.save())
    expect(pixels([6, 0], [8, 0])).toEqual(['ffffff', '000000'])
    bench.vga.reset()
    expect(isRam(0xa_0000)).toBe(false)
    bench.vga.load(saved)
    expect([isRam(0xa_0000), pixel(6, 0)]).toEqual([true, 'ffffff'])
    out(0x3c4, 0x0604, 2)
    expect([bench.plane(3, 0), bench.plane(0, 0)]).toEqual([15, 0])
  })
})

describe('graphics', () => {
  test('the sizes of all modes, as a monitor shows them', () => {
    const sizes = [4, 5, 6, 0x0d, 0x0e, 0x10, 0x11, 0x12, 0x13].map((mode) => {
      setMode(mode)
      const { width, height } = display.pixels
      return `${hex(mode)} ${width}x${height}`
    })
    expect(sizes).toEqual([
      '04 640x400',
      '05 640x400',
      '06 640x400',
      '0d 640x400',
      '0e 640x400',
      '10 640x350',
      '11 640x480',
      '12 640x480',
      '13 640x400',
    ])
    expect(videoMode(8)).toBe(null)
  })

  test('13h: a byte a pixel', () => {
    setMode(0x13)
    write(0xa_0000 + 320 * 2 + 5, 0x28)
    expect(pixels([9, 4], [10, 4], [11, 5], [12, 4])).toEqual(['000000', 'ff0000', 'ff0000', '000000'])
    write(0xa_0000 + 64_000 - 1, 15)
    expect(pixel(639, 399)).toBe('ffffff')
  })

  test('12h: a bit in each of four planes', () => {
    setMode(0x12)
    out(0x3c4, 0x0902, 2)
    write(0xa_0000 + 80 * 10 + 1, 0x40)
    expect(pixels([8, 10], [9, 10], [10, 10])).toEqual(['000000', '5555ff', '000000'])
    out(0x3ce, 0x0304, 2)
    expect([read(0xa_0000 + 801), bench.plane(3, 801)]).toEqual([0x40, 0x40])
    out(0x3ce, 0x0204, 2)
    expect(read(0xa_0000 + 801)).toBe(0)
  })

  test('10h, 0Dh and 0Eh draw alike in their sizes', () => {
    const seen = [0x10, 0x0d, 0x0e].map((mode) => {
      setMode(mode)
      bench.vga.planes.reset()
      setPlane(1, 0, 0x80)
      return pixels([0, 0], [1, 0], [2, 0], [0, 1]).join(' ')
    })
    expect(seen).toEqual([
      '00aa00 000000 000000 000000',
      '00aa00 00aa00 000000 00aa00',
      '00aa00 000000 000000 00aa00',
    ])
  })

  test('4: two bits a pixel, odd lines 8 KiB on', () => {
    setMode(4)
    write(0xb_8000, 0b00_01_10_11)
    write(0xb_8000 + 0x2000, 0b11_00_00_00)
    const row = (y: number) => pixels([0, y], [2, y], [4, y], [6, y]).join(' ')
    expect(row(0)).toBe('000000 55ffff ff55ff ffffff')
    expect(row(1)).toBe(row(0))
    expect(row(2)).toBe('ffffff 000000 000000 000000')
    write(0xb_8000 + 1, 0b01_00_00_00)
    expect(pixel(8, 0)).toBe('55ffff')
  })

  test('6 and 11h: one bit a pixel', () => {
    setMode(6)
    write(0xb_8000 + 0x2000 + 1, 0x80)
    expect(pixels([8, 2], [8, 3], [8, 0], [9, 2])).toEqual(['ffffff', 'ffffff', '000000', '000000'])
    setMode(0x11)
    bench.vga.planes.reset()
    write(0xa_0000 + 80 * 479 + 79, 1)
    expect(pixels([639, 479], [638, 479])).toEqual(['ffffff', '000000'])
  })

  test('nothing is shown while the screen is off or the palette being written', () => {
    setMode(0x13)
    write(0xa_0000, 15)
    out(0x3c4, 0x2101, 2)
    expect(pixel(0, 0)).toBe('000000')
    out(0x3c4, 0x0101, 2)
    inp(0x3da)
    out(0x3c0, 0x00)
    expect(pixel(0, 0)).toBe('000000')
    inp(0x3da)
    out(0x3c0, 0x20)
    expect(pixel(0, 0)).toBe('ffffff')
  })

  test('the 256 colors of mode 13h', () => {
    setMode(0x13)
    const colors = [0, 7, 8, 15, 16, 31, 32, 36, 40, 44, 52, 56, 80, 104, 128, 176, 247, 248, 255].map(
      (index) => `${index} ${bench.vga.registers.dac.color(index).map(hex).join('')}`,
    )
    expect(colors).toMatchInlineSnapshot(`
      [
        "0 000000",
        "7 aaaaaa",
        "8 555555",
        "15 ffffff",
        "16 000000",
        "31 ffffff",
        "32 0000ff",
        "36 ff00ff",
        "40 ff0000",
        "44 ffff00",
        "52 00ffff",
        "56 7d7dff",
        "80 b6b6ff",
        "104 000071",
        "128 383871",
        "176 000041",
        "247 2c3041",
        "248 000000",
        "255 000000",
      ]
    `)
    expect(modeColors(0x13).length).toBe(768)
  })
})

describe('planes', () => {
  beforeEach(() => {
    setMode(0x12)
    setPlane(0, 0, 0x0f)
    setPlane(0, 1, 0xf0)
    setPlane(1, 0, 0x33)
    read(0xa_0000)
  })

  const planes = (at: number) => [0, 1, 2, 3].map((plane) => hex(bench.plane(plane, at))).join(' ')

  test('write mode 0: rotation, function and bit mask', () => {
    out(0x3ce, 0x0003 | 0x1a00, 2)
    out(0x3ce, 0xf008, 2)
    write(0xa_0000 + 1, 0b0000_0110)
    // Rotated by 2: 1000 0001, xor latches, upper half.
    expect(planes(1)).toBe('8f b3 80 80')
  })

  test('write mode 0: set/reset', () => {
    out(0x3ce, 0x0500, 2)
    out(0x3ce, 0x0701, 2)
    write(0xa_0000 + 1, 0x18)
    expect(planes(1)).toBe('ff 00 ff 18')
  })

  test('write mode 1 copies latches', () => {
    out(0x3ce, 0x0105, 2)
    write(0xa_0000 + 9, 0)
    expect(planes(9)).toBe('0f 33 00 00')
  })

  test('write mode 2: a color under a mask', () => {
    out(0x3ce, 0x0205, 2)
    out(0x3ce, 0x8108, 2)
    write(0xa_0000 + 9, 0b1010)
    expect(planes(9)).toBe('0e b3 00 81')
  })

  test('write mode 3: data mask the set/reset color', () => {
    out(0x3ce, 0x0305, 2)
    out(0x3ce, 0x0900, 2)
    write(0xa_0000 + 9, 0x3c)
    expect(planes(9)).toBe('3f 03 00 3c')
  })

  test('read mode 1: where a color is', () => {
    out(0x3ce, 0x0805, 2)
    out(0x3ce, 0x0302, 2)
    expect(hex(read(0xa_0000))).toBe('03')
    out(0x3ce, 0x0107, 2)
    expect(hex(read(0xa_0000))).toBe('0f')
  })

  test('peek loads no latches', () => {
    bench.vga.planes.peek(5)
    out(0x3ce, 0x0105, 2)
    write(0xa_0000 + 9, 0)
    expect(planes(9)).toBe('0f 33 00 00')
  })
})

describe('registers', () => {
  test('keep what is written, each by its index', () => {
    setMode(3)
    for (const [index, value] of [
      [0x3c4, 2],
      [0x3ce, 8],
      [0x3d4, 0x14],
    ] as const) {
      out(index, value)
      out(index + 1, 0x5a)
      expect([inp(index), inp(index + 1)]).toEqual([value, 0x5a])
    }
    out(0x3c2, 0xe3)
    expect(hex(inp(0x3cc))).toBe('e3')
    out(0x3c4, 7)
    out(0x3c5, 1)
    expect(inp(0x3c5)).toBe(0)
  })

  test('CRT controller registers 0 to 7 can be protected, but for a bit of line compare', () => {
    setMode(3)
    out(0x3d4, 0x9111, 2)
    out(0x3d4, 0x1101, 2)
    out(0x3d4, 0x0007, 2)
    out(0x3d4, 0x01)
    expect(hex(inp(0x3d5))).toBe('4f')
    out(0x3d4, 0x07)
    expect(hex(inp(0x3d5))).toBe('0f')
  })

  test('the attribute port takes index and data by turns, from the index after the status is read', () => {
    setMode(3)
    inp(0x3da)
    out(0x3c0, 0x11)
    out(0x3c0, 0x05)
    out(0x3c0, 0x11)
    expect([hex(inp(0x3c1)), hex(inp(0x3c0))]).toEqual(['05', '11'])
    inp(0x3da)
    out(0x3c0, 0x21)
    out(0x3c0, 0x3f)
    inp(0x3da)
    out(0x3c0, 0x01)
    expect(hex(inp(0x3c1))).toBe('01')
  })

  test('the color table moves on by itself, reading and writing', () => {
    setMode(0x13)
    out(0x3c8, 0xff)
    for (const part of [1, 2, 0xff, 4, 5, 6]) out(0x3c9, part)
    expect(hex(inp(0x3c8))).toBe('01')
    out(0x3c7, 0xff)
    expect(inp(0x3c7)).toBe(3)
    expect([1, 2, 3, 4, 5, 6].map(() => inp(0x3c9))).toEqual([1, 2, 0x3f, 4, 5, 6])
    out(0x3c6, 0x0f)
    expect(bench.vga.registers.dac.color(0xf0)).toEqual([16, 20, 24])
  })

  test('the status follows time: 70 frames a second, of which 49 lines are no picture', () => {
    setMode(3)
    const frame = ticksPerSecond / 70
    const at = (part: number) => {
      bench.now = Math.round(frame * (5 + part))
      return inp(0x3da)
    }
    expect([at(0.0001), at(0.0021), at(0.5), at(0.895), at(0.99)]).toEqual([0, 1, 0, 9, 9])
  })

  test('saved, the screen comes back', () => {
    setMode(0x12)
    write(0xa_0000 + 100, 0xff)
    const saved = structuredClone(bench.vga.save())
    const before = Buffer.from(display.pixels.rgba)
    bench.vga.reset()
    expect(before.equals(display.pixels.rgba)).toBe(false)
    bench.vga.load(saved)
    expect(before.equals(display.pixels.rgba)).toBe(true)
  })
})
