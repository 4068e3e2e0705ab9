import { textMemory } from '../../layout.ts'
import type { Platform } from './service.ts'

const { at, columns, rows, blank } = textMemory
const rowBytes = 2 * columns
const control = { bell: 7, backspace: 8, lineFeed: 10, carriageReturn: 13 } as const

/** A character at the cursor of the text screen, in the attribute that is there; the screen scrolls. */
export function teletype({ data, memory }: Platform, code: number): void {
  switch (code) {
    case control.bell:
      return
    case control.backspace:
      data.cursorColumn = Math.max(data.cursorColumn - 1, 0)
      return
    case control.carriageReturn:
      data.cursorColumn = 0
      return
    case control.lineFeed:
      data.cursorRow++
      break
    default:
      memory.write(at + data.cursorRow * rowBytes + 2 * data.cursorColumn, Uint8Array.of(code))
      data.cursorColumn++
      if (data.cursorColumn < columns) return
      data.cursorColumn = 0
      data.cursorRow++
  }
  if (data.cursorRow < rows) return
  data.cursorRow = rows - 1
  memory.write(at, memory.read(at + rowBytes, (rows - 1) * rowBytes))
  const empty = new Uint16Array(columns).fill(blank)
  memory.write(at + (rows - 1) * rowBytes, new Uint8Array(empty.buffer))
}

export function print(platform: Platform, text: string): void {
  for (const character of text) teletype(platform, character.charCodeAt(0))
}
