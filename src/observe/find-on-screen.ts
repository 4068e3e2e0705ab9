import { backgroundOf, foregroundOf } from './colors.ts'
import type { ScreenPattern } from './condition.ts'
import type { Screen, TextScreen } from './screen.ts'
import { rowOf } from './text-screen.ts'

/** Where a text stands on a text screen. `length` in cells; `text` is what stands there. */
export interface ScreenMatch {
  readonly row: number
  readonly column: number
  readonly length: number
  readonly text: string
}

/**
 * The first place, by rows, where the pattern holds: text, place and colours together. A text is looked for
 * in whole rows, blanks at their ends included; a regular expression sees each row without them. Null in
 * graphics modes.
 */
export function findOnScreen(screen: Screen, wanted: ScreenPattern): ScreenMatch | null {
  if (screen.kind !== 'text') return null
  for (const match of placesOf(screen, wanted)) if (hasColors(screen, match, wanted)) return match
  return null
}

/** Every place where text and position hold, whatever the colours. */
export function* placesOf(screen: TextScreen, wanted: ScreenPattern): Generator<ScreenMatch, void> {
  const rows = wanted.row === undefined ? Array.from({ length: screen.rows }, (_, row) => row) : [wanted.row]
  for (const row of rows) {
    for (const found of matchesInRow(rowOf(screen, row), wanted)) {
      if (wanted.column !== undefined && found.column !== wanted.column) continue
      yield { row, column: found.column, length: found.text.length, text: found.text }
    }
  }
}

interface RowMatch {
  readonly column: number
  readonly text: string
}

function* matchesInRow(row: string, wanted: ScreenPattern): Generator<RowMatch, void> {
  const { pattern } = wanted
  if (row === '') return
  if (typeof pattern === 'string') {
    for (let at = row.indexOf(pattern); at >= 0 && at < row.length; at = row.indexOf(pattern, at + 1)) {
      yield { column: at, text: pattern }
    }
    return
  }
  const line = row.trimEnd()
  // A match may begin at any column, so the search goes on one column behind the start of the last match.
  const search = new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, '')}${anchor(wanted)}`)
  search.lastIndex = wanted.column ?? 0
  for (let match = search.exec(line); match; match = search.exec(line)) {
    yield { column: match.index, text: match[0] }
    search.lastIndex = match.index + 1
  }
}

function anchor(wanted: ScreenPattern): 'g' | 'y' {
  return wanted.column === undefined ? 'g' : 'y'
}

function hasColors(screen: TextScreen, match: ScreenMatch, wanted: ScreenPattern): boolean {
  const start = match.row * screen.columns + match.column
  return screen.attributes
    .subarray(start, start + match.length)
    .every(
      (attribute) =>
        (wanted.foreground === undefined || foregroundOf(attribute) === wanted.foreground) &&
        (wanted.background === undefined || backgroundOf(attribute, screen.blinks) === wanted.background),
    )
}
