import type { Platform } from '../../bios/service.ts'
import type { ModeFacts } from '../mode-facts.ts'
import type { Raster } from '../raster.ts'
import { display, displayRegister, setDisplayRegister } from './display-registers.ts'

const bankBytes = 0x1_0000

/** Bits of blue, green and red by the depth of a mode, blue lowest. */
const parts: Readonly<Record<number, readonly [blue: number, green: number, red: number]>> = {
  15: [5, 5, 5],
  16: [5, 6, 5],
  24: [8, 8, 8],
  32: [8, 8, 8],
}

/** Of the sixteen colors of text: blue, green, red in 8 bits; dark yellow is brown. */
function levelsOf(color: number): readonly number[] {
  const bright = color & 8 ? 0x55 : 0
  if ((color & 15) === 6) return [0, 0x55, 0xaa]
  return [0, 1, 2].map((part) => ((color >> part) & 1) * 0xaa + bright)
}

/** What stands in memory for a color of text. */
function pixelOf(depth: number, color: number): number {
  const bits = parts[depth]
  if (!bits) return color
  const levels = levelsOf(color)
  return bits.reduceRight(
    (value, count, part) => value * 2 ** count + ((levels[part] ?? 0) >> (8 - count)),
    0,
  )
}

/** Which of the sixteen colors a pixel is; 0 for all others. */
function colorOfPixel(depth: number, pixel: number): number {
  if (!parts[depth]) return pixel
  const color = Array.from({ length: 16 }, (_, index) => index).find((one) => pixelOf(depth, one) === pixel)
  return color ?? 0
}

/** Pixels of a VBE mode, of 8 to 32 bits, by the window at A0000h, whose bank is the guest's again. */
export function pixelRaster({ memory, ports }: Platform, { depth, memory: window }: ModeFacts): Raster {
  const pixelBytes = Math.ceil(depth / 8)
  const pitch = displayRegister(ports, display.virtualWidth) * pixelBytes
  const at = (column: number, y: number) => y * pitch + 8 * column * pixelBytes
  const inBanks = (
    first: number,
    count: number,
    act: (place: number, done: number, count: number) => void,
  ) => {
    const before = displayRegister(ports, display.bank)
    let shown = before
    const show = (bank: number) => {
      if (bank !== shown) setDisplayRegister(ports, display.bank, bank)
      shown = bank
    }
    for (let done = 0; done < count; ) {
      const inBank = (first + done) % bankBytes
      const piece = Math.min(count - done, bankBytes - inBank)
      show(Math.floor((first + done) / bankBytes))
      act(window + inBank, done, piece)
      done += piece
    }
    show(before)
  }
  const read = (first: number, count: number) => {
    const bytes = new Uint8Array(count)
    inBanks(first, count, (place, done, piece) => bytes.set(memory.read(place, piece), done))
    return bytes
  }
  const write = (first: number, bytes: Uint8Array) =>
    inBanks(first, bytes.length, (place, done, piece) =>
      memory.write(place, bytes.subarray(done, done + piece)),
    )
  const pack = (pixels: readonly number[]) =>
    Uint8Array.from(
      pixels.flatMap((pixel) => Array.from({ length: pixelBytes }, (_, byte) => pixel >>> (8 * byte))),
    )
  return {
    ink: (color) => pixelOf(depth, color),
    colorOf: (pixel) => colorOfPixel(depth, pixel),
    read(_page, column, y) {
      const bytes = read(at(column, y), 8 * pixelBytes)
      return Array.from({ length: 8 }, (_, dot) =>
        bytes
          .subarray(dot * pixelBytes, (dot + 1) * pixelBytes)
          .reduceRight((pixel, byte) => pixel * 256 + byte, 0),
      )
    },
    write: (_page, column, y, pixels) => write(at(column, y), pack(pixels)),
    copy: (_page, column, count, from, to) =>
      write(at(column, to), read(at(column, from), 8 * count * pixelBytes)),
    fill: (_page, column, count, y, pixel) =>
      write(at(column, y), pack(new Array<number>(8 * count).fill(pixel))),
  }
}
