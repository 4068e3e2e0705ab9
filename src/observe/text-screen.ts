import { characterOf } from './code-page-437.ts'
import { backgroundOf, type ColorName, colorsOf, foregroundOf } from './colors.ts'
import type { TextScreen } from './screen.ts'

/** One character cell. Rows and columns count from 0 at the top left. */
export interface Cell {
  readonly row: number
  readonly column: number
  readonly code: number
  readonly attribute: number
  readonly character: string
  readonly foreground: ColorName
  readonly background: ColorName
  readonly blinking: boolean
}

/** Null outside the screen. */
export function cellAt(screen: TextScreen, row: number, column: number): Cell | null {
  const inside = row >= 0 && row < screen.rows && column >= 0 && column < screen.columns
  if (!inside) return null
  const index = row * screen.columns + column
  const code = screen.codes[index] ?? 0
  const attribute = screen.attributes[index] ?? 0
  return {
    row,
    column,
    code,
    attribute,
    character: characterOf(code),
    foreground: foregroundOf(attribute),
    background: backgroundOf(attribute, screen.blinks),
    blinking: screen.blinks && (attribute & 0x80) !== 0,
  }
}

/** A row as wide as the screen: one character a column. '' outside the screen. */
export function rowOf(screen: TextScreen, row: number): string {
  if (row < 0 || row >= screen.rows) return ''
  const start = row * screen.columns
  return Array.from(screen.codes.subarray(start, start + screen.columns), characterOf).join('')
}

/** All rows, top first, without the blanks at their ends. */
export function linesOf(screen: TextScreen): readonly string[] {
  return Array.from({ length: screen.rows }, (_, row) => rowOf(screen, row).trimEnd())
}

/** The colours of a run of cells, each once, as `light gray on black, red on black`. */
export function colorsOfCells(screen: TextScreen, row: number, column: number, length: number): string {
  const start = row * screen.columns + column
  const attributes = screen.attributes.subarray(start, start + length)
  return [...new Set(Array.from(attributes, (attribute) => colorsOf(attribute, screen.blinks)))].join(', ')
}
