import { font, glyphHeight, glyphWidth } from '../support/font-8x16.ts'
import type { Picture } from './png.ts'

/** What one cell of a drawn text screen shows. Colours are `#rrggbb`. */
export interface Cell {
  /** Code page 437. */
  readonly code: number
  readonly foreground: string
  readonly background: string
}

/** Text cells with the one that shows at row `r`, column `c` at `r * columns + c`. */
export interface CellGrid {
  readonly columns: number
  readonly rows: number
  readonly cells: readonly Cell[]
}

/**
 * Reads a picture that `drawScreen` drew from a text screen back into cells, so that a reference is one PNG
 * file and nothing else. Where two cells look the same (a full block, a blank in its colour) one of them is
 * chosen, always the same. Null when the picture is not made of such cells.
 */
export function recognizeCells(picture: Picture): CellGrid | null {
  const columns = picture.width / glyphWidth
  const rows = picture.height / glyphHeight
  if (!Number.isInteger(columns) || !Number.isInteger(rows)) return null
  const cells: Cell[] = []
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = recognizeCell(picture, row, column)
      if (cell === null) return null
      cells.push(cell)
    }
  }
  return { columns, rows, cells }
}

const space = 0x20

/** Codes by glyph, as a string of its rows. Letters and digits first: they win over look-alikes. */
const codeByGlyph = new Map<string, number>()
for (const code of [space, ...Array.from({ length: 256 }, (_, index) => (index + 0x21) & 0xff)]) {
  const key = font.subarray(code * glyphHeight, (code + 1) * glyphHeight).join()
  if (!codeByGlyph.has(key)) codeByGlyph.set(key, code)
}

function recognizeCell(picture: Picture, row: number, column: number): Cell | null {
  const left = column * glyphWidth
  const top = row * glyphHeight
  const first = colorAt(picture, left, top)
  let second: number | null = null
  const rows = new Uint8Array(glyphHeight)
  for (let y = 0; y < glyphHeight; y++) {
    for (let x = 0; x < glyphWidth; x++) {
      const color = colorAt(picture, left + x, top + y)
      if (color === first) continue
      if (second !== null && second !== color) return null
      second = color
      rows[y] = (rows[y] ?? 0) | (0x80 >> x)
    }
  }
  if (second === null) return { code: space, foreground: hex(first), background: hex(first) }
  const code = codeByGlyph.get(rows.join())
  if (code !== undefined) return { code, foreground: hex(second), background: hex(first) }
  const inverse = codeByGlyph.get(rows.map((bits) => ~bits).join())
  return inverse === undefined ? null : { code: inverse, foreground: hex(first), background: hex(second) }
}

function colorAt(picture: Picture, x: number, y: number): number {
  const at = (y * picture.width + x) * 4
  const { pixels } = picture
  return ((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0)
}

function hex(color: number): string {
  return `#${color.toString(16).padStart(6, '0')}`
}
