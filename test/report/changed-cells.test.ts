import { expect, test } from 'vitest'
import type { TextScreen } from '../../src/observe/screen.ts'
import { changedCells, colorsOfRun, lengthOf } from '../../src/report/changed-cells.ts'
import { drawScreen } from '../../src/report/draw-screen.ts'
import { recognizeCells } from '../../src/report/recognize-cells.ts'
import { textScreen } from './text-screen.ts'

function changes(before: TextScreen, after: TextScreen): string[] | null {
  const [a, b] = [recognizeCells(drawScreen(before)), recognizeCells(drawScreen(after))]
  if (a === null || b === null) throw new Error('not recognized')
  const found = changedCells(a, b, 0, 0)
  const show = (run: Parameters<typeof colorsOfRun>[0]): string =>
    `"${run.map((piece) => piece.text).join('')}" ${colorsOfRun(run)}`
  return (
    found?.map((c) => `${c.row},${c.column}+${lengthOf(c.after)}: ${show(c.before)} -> ${show(c.after)}`) ??
    null
  )
}

test('neighbouring cells are one change, over colours too', () => {
  const before = textScreen(['Hello World!', ['status: ok', 0x0a]])
  const after = textScreen(['Hallo World!', ['status: bad', 0x4f], '\xdb'])
  expect(changes(before, after)).toMatchInlineSnapshot(`
    [
      "0,1+1: "e" light gray on black -> "a" light gray on black",
      "1,0+11: "status: ok " light green on black -> "status: bad" white on red",
      "2,0+1: " " on black -> " " on light gray",
    ]
  `)
})

test('the same screen has none', () => {
  expect(changes(textScreen(['a']), textScreen(['a']))).toEqual([])
})

test('colours that cannot be seen do not differ', () => {
  expect(changes(textScreen([['   ', 0x07]]), textScreen([['   ', 0x0a]]))).toEqual([])
})

test('screens of different sizes are not compared cell by cell', () => {
  expect(changes(textScreen([]), textScreen([], { rows: 50 }))).toBeNull()
})
