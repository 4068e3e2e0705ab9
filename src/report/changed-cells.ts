import { characterOf } from '../observe/code-page-437.ts'
import { colorNames } from '../observe/colors.ts'
import { palette } from './palette.ts'
import type { Cell, CellGrid } from './recognize-cells.ts'

/** Neighbouring cells of a row that all changed. Rows and columns count from 0. */
export interface CellChange {
  readonly row: number
  readonly column: number
  readonly before: CellRun
  readonly after: CellRun
}

/** Cells as they look: pieces of one colour each. */
export type CellRun = readonly ColoredText[]

export interface ColoredText {
  readonly text: string
  /** `#rrggbb`. For blanks the same as the background: their colour cannot be seen. */
  readonly foreground: string
  readonly background: string
}

/**
 * Every cell that looks different, as runs, top left first. Null when the grids have different sizes.
 * @param atRow where the grids' first row lies on the screen. @param atColumn likewise.
 */
export function changedCells(
  before: CellGrid,
  after: CellGrid,
  atRow: number,
  atColumn: number,
): readonly CellChange[] | null {
  if (before.columns !== after.columns || before.rows !== after.rows) return null
  const changes: CellChange[] = []
  const { columns } = after
  const differs = (index: number): boolean => !looksSame(before.cells[index], after.cells[index])
  for (let index = 0; index < after.cells.length; index++) {
    if (!differs(index)) continue
    const start = index
    while ((index + 1) % columns !== 0 && differs(index + 1)) index++
    changes.push({
      row: atRow + Math.floor(start / columns),
      column: atColumn + (start % columns),
      before: piecesOf(before.cells.slice(start, index + 1)),
      after: piecesOf(after.cells.slice(start, index + 1)),
    })
  }
  return changes
}

/** In cells. */
export function lengthOf(run: CellRun): number {
  return run.reduce((length, piece) => length + piece.text.length, 0)
}

/** The colours of a run, each once, as `light cyan on black`; ` on black` alone where only blanks have it. */
export function colorsOfRun(run: CellRun): string {
  const visible = run.filter((piece) => piece.foreground !== piece.background)
  const shown = visible.length > 0 ? visible : run
  return [...new Set(shown.map(colorsOf))].join(', ')
}

function colorsOf({ foreground, background }: ColoredText): string {
  const ground = `on ${nameOf(background)}`
  return foreground === background ? ground : `${nameOf(foreground)} ${ground}`
}

function looksSame(a: Cell | undefined, b: Cell | undefined): boolean {
  return a?.code === b?.code && a?.foreground === b?.foreground && a?.background === b?.background
}

function piecesOf(cells: readonly Cell[]): CellRun {
  const pieces: ColoredText[] = []
  for (const { code, foreground, background } of cells) {
    const last = pieces.at(-1)
    const text = characterOf(code)
    if (last?.foreground === foreground && last.background === background) {
      pieces[pieces.length - 1] = { ...last, text: last.text + text }
    } else pieces.push({ text, foreground, background })
  }
  return pieces
}

function nameOf(color: string): string {
  const index = palette.findIndex((known) => `#${Buffer.from(known).toString('hex')}` === color)
  return colorNames[index] ?? color
}
