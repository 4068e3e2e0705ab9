import type { VbeMode } from './bochs-vbe.ts'

/** A picture as a person sees it. */
export interface Pixels {
  readonly width: number
  readonly height: number
  /** Red, green, blue, opaque: four bytes a pixel. */
  readonly rgba: Uint8Array
}

/** The color of a pixel as four bytes in memory: the host is little-endian, as WebAssembly's memory is. */
type PixelAt = (line: number, pixel: number) => number

const opaque = 0xff00_0000

/** A screen in a mode of VBE. `colors`: those of pixels that are indexes, as four bytes in memory. */
export function vbePixels(mode: VbeMode, memory: Uint8Array, colors: Uint32Array): Pixels {
  const { width, height, pitch, lineAt, firstPixel } = mode
  const pixelAt = readers[mode.depth]?.(memory, colors)
  if (!pixelAt) return blackPixels(mode)
  const pixels = new Uint32Array(width * height)
  for (let y = 0; y < height; y++) {
    const line = lineAt + y * pitch
    for (let x = 0; x < width; x++) pixels[y * width + x] = pixelAt(line, firstPixel + x)
  }
  return { width, height, rgba: new Uint8Array(pixels.buffer) }
}

export function blackPixels({ width, height }: Pick<Pixels, 'width' | 'height'>): Pixels {
  return { width, height, rgba: new Uint8Array(new Uint32Array(width * height).fill(opaque).buffer) }
}

/** By bits of a pixel: one in each of four planes, which are bytes by turns; an index; parts of a color. */
const readers: Readonly<Record<number, (memory: Uint8Array, colors: Uint32Array) => PixelAt>> = {
  4: (memory, colors) => (line, pixel) => {
    const at = line + 4 * (pixel >> 3)
    const bit = (plane: number) => (((memory[at + plane] ?? 0) >> (7 - (pixel & 7))) & 1) << plane
    return colors[bit(0) | bit(1) | bit(2) | bit(3)] ?? 0
  },
  8: (memory, colors) => (line, pixel) => colors[memory[line + pixel] ?? 0] ?? 0,
  15: (memory) => (line, pixel) => {
    const word = wordAt(memory, line + 2 * pixel)
    return colorOf(wide(word >> 10, 5), wide(word >> 5, 5), wide(word, 5))
  },
  16: (memory) => (line, pixel) => {
    const word = wordAt(memory, line + 2 * pixel)
    return colorOf(wide(word >> 11, 5), wide(word >> 5, 6), wide(word, 5))
  },
  24: (memory) => (line, pixel) => directAt(memory, line + 3 * pixel),
  32: (memory) => (line, pixel) => directAt(memory, line + 4 * pixel),
}

const wordAt = (memory: Uint8Array, at: number) => (memory[at] ?? 0) | ((memory[at + 1] ?? 0) << 8)

/** The lowest bits of a number as the nearest level of 256. */
function wide(value: number, bits: number): number {
  const level = value & (2 ** bits - 1)
  return (level << (8 - bits)) | (level >> (2 * bits - 8))
}

/** Blue, green, red. */
function directAt(memory: Uint8Array, at: number): number {
  return colorOf(memory[at + 2] ?? 0, memory[at + 1] ?? 0, memory[at] ?? 0)
}

function colorOf(red: number, green: number, blue: number): number {
  return (red | (green << 8) | (blue << 16) | opaque) >>> 0
}
