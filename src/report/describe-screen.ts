import type { Screen } from '../observe/screen.ts'
import { textScreenBox } from './text-screen-box.ts'

/** What the display shows, for messages: a line that names the mode, and the text in a box. */
export function describeScreen(screen: Screen): string {
  if (screen.kind === 'graphics') {
    return `Screen: graphics, ${screen.width}×${screen.height} pixels`
  }
  const { row, column } = screen.cursor ?? {}
  const cursor = row === undefined ? 'no cursor' : `cursor at row ${row}, column ${column}`
  const heading = `Screen: text, ${screen.columns} columns, ${screen.rows} rows, ${cursor}`
  return `${heading}\n${textScreenBox(screen)}`
}
