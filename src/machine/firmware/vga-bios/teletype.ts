import type { Platform } from '../bios/service.ts'
import { characterCells } from './character-cells.ts'
import { cursorOf, moveCursor } from './cursor.ts'
import { factsNow } from './facts-now.ts'

const control = { bell: 7, backspace: 8, lineFeed: 10, carriageReturn: 13 } as const

/**
 * A character at the cursor of a page, which moves on; the page scrolls. Null: a text's attribute stays.
 */
export function teletype(platform: Platform, page: number, code: number, attribute: number | null): void {
  const { columns, lastRow } = platform.data
  let { column, row } = cursorOf(platform, page)
  switch (code) {
    case control.bell:
      return
    case control.backspace:
      column = Math.max(column - 1, 0)
      break
    case control.carriageReturn:
      column = 0
      break
    case control.lineFeed:
      row++
      break
    default:
      characterCells(platform)?.put(page, column, row, code, attribute)
      column++
  }
  if (column >= columns) {
    column = 0
    row++
  }
  if (row > lastRow) {
    row = lastRow
    const cells = characterCells(platform)
    const isText = factsNow(platform)?.kind === 'text'
    const fill = isText ? (cells?.get(page, column, row).attribute ?? 7) : 0
    cells?.scroll({ page, left: 0, top: 0, right: columns - 1, bottom: lastRow }, 1, fill)
  }
  moveCursor(platform, page, { column, row })
}

const gray = 7

export function print(platform: Platform, text: string): void {
  for (const character of text) teletype(platform, platform.data.page, character.charCodeAt(0), gray)
}
