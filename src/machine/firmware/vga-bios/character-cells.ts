import type { Platform } from '../bios/service.ts'
import { factsNow } from './facts-now.ts'
import type { ModeFacts } from './mode-facts.ts'
import type { Raster } from './raster.ts'
import { rasterOf } from './raster-of.ts'
import { vectorOf } from './vectors.ts'

/** A part of the screen, in characters, both ends included. */
export interface CellWindow {
  readonly page: number
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** The screen as characters, whatever the mode. */
export interface CharacterCells {
  /** `attribute`: of text; the color of graphics. Null leaves a text's as it is. */
  put(page: number, column: number, row: number, code: number, attribute: number | null): void
  get(page: number, column: number, row: number): { readonly code: number; readonly attribute: number }
  /** By `lines` up, or down where negative; what comes in is blank. */
  scroll(window: CellWindow, lines: number, attribute: number): void
}

const blank = 0x20
const exclusiveOr = 0x80
const fontVectors = { upperHalf: 0x1f, graphics: 0x43 } as const

/** Of the mode at hand; null where a monitor program has set one that this BIOS does not know. */
export function characterCells(platform: Platform): CharacterCells | null {
  const facts = factsNow(platform)
  if (!facts) return null
  return facts.kind === 'text' ? textCells(platform, facts) : drawnCells(platform, facts)
}

function textCells({ data, memory }: Platform, facts: ModeFacts): CharacterCells {
  const { columns, pageBytes } = data
  const at = (page: number, column: number, row: number) =>
    facts.memory + page * pageBytes + 2 * (row * columns + column)
  return {
    put(page, column, row, code, attribute) {
      const place = at(page, column, row)
      if (attribute === null) memory.writeNumber(place, 1, code)
      else memory.writeNumber(place, 2, code | (attribute << 8))
    },
    get(page, column, row) {
      const cell = memory.readNumber(at(page, column, row), 2)
      return { code: cell & 0xff, attribute: cell >> 8 }
    },
    scroll({ page, left, top, right, bottom }, lines, attribute) {
      const width = right - left + 1
      const copy = (from: number, to: number, cells: number) =>
        memory.write(at(page, left, to), memory.read(at(page, left, from), 2 * cells))
      const clear = (row: number, cells: number) => {
        const empty = new Uint16Array(cells).fill((attribute << 8) | blank)
        memory.write(at(page, left, row), new Uint8Array(empty.buffer))
      }
      if (width === columns) {
        // Rows stand one behind the other.
        const gone = Math.abs(lines)
        copy(top + Math.max(lines, 0), top - Math.min(lines, 0), (bottom - top + 1 - gone) * columns)
        clear(lines > 0 ? bottom + 1 - lines : top, gone * columns)
      } else
        eachRow(top, bottom, lines, (row, from) =>
          from === null ? clear(row, width) : copy(from, row, width),
        )
    },
  }
}

function drawnCells(platform: Platform, facts: ModeFacts): CharacterCells {
  const raster = rasterOf(platform, facts)
  const height = platform.data.characterHeight
  return {
    put(page, column, row, code, attribute) {
      const glyph = glyphOf(platform, facts, code)
      for (let line = 0; line < height; line++) {
        drawLine(raster, { page, column, y: row * height + line }, glyph[line] ?? 0, attribute ?? 7, facts)
      }
    },
    get(page, column, row) {
      const seen = Array.from({ length: height }, (_, line) =>
        raster
          .read(page, column, row * height + line)
          .reduce((bits, dot) => (bits << 1) | Number(dot !== 0), 0),
      )
      const codes = Array.from({ length: 256 }, (_, code) => code)
      const code = codes.find((one) =>
        glyphOf(platform, facts, one).every((bits, line) => bits === seen[line]),
      )
      return { code: code ?? 0, attribute: 0 }
    },
    scroll({ page, left, top, right, bottom }, lines, attribute) {
      const width = right - left + 1
      eachRow(top, bottom, lines, (row, from) => {
        for (let line = 0; line < height; line++) {
          const y = row * height + line
          if (from === null) raster.fill(page, left, width, y, raster.ink?.(attribute) ?? attribute)
          else raster.copy(page, left, width, from * height + line, y)
        }
      })
    },
  }
}

/** Rows in the order in which they can be overwritten, each with the one that it takes; null is blank. */
function eachRow(
  top: number,
  bottom: number,
  lines: number,
  visit: (row: number, from: number | null) => void,
): void {
  const count = bottom - top + 1
  for (let index = 0; index < count; index++) {
    const row = lines >= 0 ? top + index : bottom - index
    const from = row + lines
    visit(row, from >= top && from <= bottom ? from : null)
  }
}

interface Place {
  readonly page: number
  readonly column: number
  readonly y: number
}

function drawLine(
  raster: Raster,
  { page, column, y }: Place,
  bits: number,
  color: number,
  facts: ModeFacts,
): void {
  const isXor = facts.depth < 8 && (color & exclusiveOr) !== 0
  const ink = raster.ink?.(color) ?? color
  const before = isXor ? raster.read(page, column, y) : null
  const pixels = Array.from({ length: 8 }, (_, dot) => {
    const pixel = (bits >> (7 - dot)) & 1 ? ink : 0
    return before ? (before[dot] ?? 0) ^ (pixel & ~exclusiveOr) : pixel
  })
  raster.write(page, column, y, pixels)
}

/** Modes of the CGA have the upper half of the font elsewhere. */
function glyphOf({ data, memory }: Platform, facts: ModeFacts, code: number): Uint8Array {
  const height = data.characterHeight
  const isUpper = facts.kind === 'cga' && code >= 0x80
  const base = vectorOf(memory, isUpper ? fontVectors.upperHalf : fontVectors.graphics)
  return memory.read(base + height * (isUpper ? code - 0x80 : code), height)
}
