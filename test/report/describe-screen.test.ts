import { expect, test } from 'vitest'
import { describeScreen } from '../../src/report/describe-screen.ts'
import { textScreen } from './text-screen.ts'

test('a text screen is a box with row and column numbers', () => {
  const size = { columns: 24, rows: 4 }
  expect(describeScreen(textScreen(['Hello', '\x01\xb0 ok'], size))).toMatchInlineSnapshot(`
    "Screen: text, 24 columns, 4 rows, no cursor
        ┌0─────────10────────20──┐
      0 │Hello                   │
      1 │☺░ ok                   │
        └─ rows 2–3 are blank ───┘"
  `)
  expect(describeScreen(textScreen(['a', 'b', 'c'], size))).toMatchInlineSnapshot(`
    "Screen: text, 24 columns, 4 rows, no cursor
        ┌0─────────10────────20──┐
      0 │a                       │
      1 │b                       │
      2 │c                       │
        └─ row 3 is blank ───────┘"
  `)
  const cursor = { row: 1, column: 2 }
  expect(describeScreen(textScreen(['a', 'b', 'c', 'd'], { ...size, cursor }))).toMatchInlineSnapshot(`
    "Screen: text, 24 columns, 4 rows, cursor at row 1, column 2
        ┌0─────────10────────20──┐
      0 │a                       │
      1 │b                       │
      2 │c                       │
      3 │d                       │
        └────────────────────────┘"
  `)
  expect(describeScreen(textScreen([], size))).toMatchInlineSnapshot(`
    "Screen: text, 24 columns, 4 rows, no cursor
        ┌0─────────10────────20──┐
        └─ all 4 rows are blank ─┘"
  `)
})

test('a graphics screen is its size', () => {
  const pixels = new Uint8Array(640 * 480 * 4)
  expect(describeScreen({ kind: 'graphics', width: 640, height: 480, pixels })).toBe(
    'Screen: graphics, 640×480 pixels',
  )
})
