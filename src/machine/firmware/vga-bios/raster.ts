import type { Platform } from '../bios/service.ts'
import type { ModeFacts } from './mode-facts.ts'
import { setRegister, videoPort } from './video-ports.ts'

/** Pixels of a graphics mode, eight by eight: `column` counts characters, `y` lines. */
export interface Raster {
  read(page: number, column: number, y: number): readonly number[]
  write(page: number, column: number, y: number, pixels: readonly number[]): void
  /** Copies `columns` of a line to another. */
  copy(page: number, column: number, columns: number, from: number, to: number): void
  fill(page: number, column: number, columns: number, y: number, color: number): void
  /** The pixel that a color of text is, where pixels are no colors; and back. */
  ink?(color: number): number
  colorOf?(pixel: number): number
}

const eight = [0, 1, 2, 3, 4, 5, 6, 7] as const

const graphics = { setReset: 0, enableSetReset: 1, readMap: 4, mode: 5 } as const
const mapMask = 2
const allPlanes = 15

/** A bit of a pixel in each plane, eight pixels a byte. */
export function planarRaster({ memory, ports }: Platform, facts: ModeFacts): Raster {
  const at = (page: number, column: number, y: number) =>
    facts.memory + page * facts.pageBytes + y * facts.columns + column
  const set = (index: number, value: number) => setRegister(ports, videoPort.graphics, index, value)
  const choose = (planes: number) => setRegister(ports, videoPort.sequencer, mapMask, planes)
  const planes = Array.from({ length: facts.depth }, (_, plane) => plane)
  return {
    read(page, column, y) {
      const bytes = planes.map((plane) => {
        set(graphics.readMap, plane)
        return memory.read(at(page, column, y), 1)[0] ?? 0
      })
      return eight.map((dot) =>
        bytes.reduce((color, byte, plane) => color | (((byte >> (7 - dot)) & 1) << plane), 0),
      )
    },
    write(page, column, y, pixels) {
      for (const plane of planes) {
        choose(facts.depth === 1 ? allPlanes : 1 << plane)
        const byte = pixels.reduce((bits, color) => (bits << 1) | ((color >> plane) & 1), 0)
        memory.write(at(page, column, y), Uint8Array.of(byte))
      }
      choose(allPlanes)
    },
    copy(page, column, columns, from, to) {
      set(graphics.mode, 1)
      for (let index = column; index < column + columns; index++) {
        memory.read(at(page, index, from), 1)
        memory.write(at(page, index, to), Uint8Array.of(0))
      }
      set(graphics.mode, 0)
    },
    fill(page, column, columns, y, color) {
      set(graphics.setReset, color)
      set(graphics.enableSetReset, allPlanes)
      memory.write(at(page, column, y), new Uint8Array(columns))
      set(graphics.enableSetReset, 0)
      set(graphics.setReset, 0)
    },
  }
}

/** Whole pixels in bytes, the leftmost in the highest bits. */
export function packedRaster(
  { memory }: Platform,
  { kind, memory: base, columns, depth }: ModeFacts,
): Raster {
  const rowBytes = columns * depth
  const at = (column: number, y: number) => {
    const row = kind === 'cga' ? (y & 1) * 0x2000 + (y >> 1) * rowBytes : y * rowBytes
    return base + row + column * depth
  }
  const pack = (pixels: readonly number[]) => {
    const bytes = new Uint8Array(depth)
    const perByte = 8 / depth
    for (const [dot, color] of pixels.entries()) {
      const shift = 8 - depth - (dot % perByte) * depth
      const byte = Math.floor(dot / perByte)
      bytes[byte] = (bytes[byte] ?? 0) | ((color & (2 ** depth - 1)) << shift)
    }
    return bytes
  }
  return {
    read(_page, column, y) {
      const bytes = memory.read(at(column, y), depth)
      const perByte = 8 / depth
      return eight.map((dot) => {
        const byte = bytes[Math.floor(dot / perByte)] ?? 0
        return (byte >> (8 - depth - (dot % perByte) * depth)) & (2 ** depth - 1)
      })
    },
    write: (_page, column, y, pixels) => memory.write(at(column, y), pack(pixels)),
    copy: (_page, column, count, from, to) =>
      memory.write(at(column, to), memory.read(at(column, from), count * depth)),
    fill(_page, column, count, y, color) {
      const bytes = pack(eight.map(() => color))
      memory.write(
        at(column, y),
        Uint8Array.from({ length: count * depth }, (_, byte) => bytes[byte % depth] ?? 0),
      )
    },
  }
}
