import { expect, test } from 'vitest'
import type { TextScreen } from '../../src/observe/screen.ts'
import { drawScreen } from '../../src/report/draw-screen.ts'
import { recognizeCells } from '../../src/report/recognize-cells.ts'
import { textScreen } from './text-screen.ts'

/** Every code in every attribute, over as many screens as it takes. */
function everyCell(): TextScreen {
  const codes = new Uint8Array(0x10000)
  const attributes = new Uint8Array(0x10000)
  for (let i = 0; i < 0x10000; i++) {
    codes[i] = i & 0xff
    attributes[i] = i >> 8
  }
  return { kind: 'text', columns: 256, rows: 256, codes, attributes, cursor: null, blinks: false }
}

test('every printable character in every pair of visible colours is read back', () => {
  const screen = everyCell()
  const grid = recognizeCells(drawScreen(screen))
  expect(grid).toMatchObject({ columns: 256, rows: 256 })
  const wrong = grid?.cells.filter((cell, i) => {
    const printable = (i & 0xff) > 0x20 && (i & 0xff) < 0x7f
    const visible = cell.foreground !== cell.background
    return printable && visible && cell.code !== (i & 0xff)
  })
  expect(wrong).toEqual([])
})

test('tells code and colours', () => {
  const grid = recognizeCells(drawScreen(textScreen([['R', 0x4f]], { columns: 2, rows: 1 })))
  expect(grid?.cells).toEqual([
    { code: 0x52, foreground: '#ffffff', background: '#aa0000' },
    { code: 0x20, foreground: '#000000', background: '#000000' },
  ])
})

test('a picture that is not made of cells is not recognized', () => {
  const { width, height, pixels } = drawScreen(textScreen(['Hello']))
  const smudged = pixels.slice()
  smudged.set([1, 2, 3], 4 * 5)
  expect(recognizeCells({ width, height, pixels: smudged })).toBeNull()
  expect(recognizeCells({ width: 7, height: 1, pixels: new Uint8Array(28) })).toBeNull()
})
