import type { TextScreen } from '../observe/screen.ts'
import { rowOf } from '../observe/text-screen.ts'

const marginWidth = 3
const columnMark = 10

/**
 * A text screen in a box, with column numbers above and row numbers on the left, for terminals and messages.
 * Blank rows at the end are left out; the lower edge says so.
 */
export function textScreenBox(screen: TextScreen): string {
  const rows = Array.from({ length: screen.rows }, (_, row) => rowOf(screen, row))
  const used = rows.findLastIndex((row) => row.trim() !== '') + 1
  const margin = ' '.repeat(marginWidth)
  return [
    `${margin} ┌${columnNumbers(screen.columns)}┐`,
    ...rows.slice(0, used).map((row, index) => `${String(index).padStart(marginWidth)} │${row}│`),
    `${margin} └${blankNote(used, screen.rows).padEnd(screen.columns, '─')}┘`,
  ].join('\n')
}

function columnNumbers(columns: number): string {
  let edge = ''
  for (let column = 0; column < columns; column += columnMark) {
    edge += String(column).padEnd(columnMark, '─')
  }
  return edge.slice(0, columns)
}

function blankNote(used: number, rows: number): string {
  if (used === rows) return ''
  if (used === 0) return `─ all ${rows} rows are blank `
  return used === rows - 1 ? `─ row ${used} is blank ` : `─ rows ${used}–${rows - 1} are blank `
}
