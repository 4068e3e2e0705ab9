import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { GraphicsScreen } from '../../src/observe/screen.ts'
import { drawScreen } from '../../src/report/draw-screen.ts'
import { font, glyphHeight } from '../../src/support/font-8x16.ts'
import { textScreen } from './text-screen.ts'

/** A small picture as text: one letter a colour, in order of appearance after `.` for black. */
function sketch({ width, height, pixels }: GraphicsScreen): string {
  const letters = new Map([['0,0,0,255', '.']])
  const rows: string[] = []
  for (let y = 0; y < height; y++) {
    let row = ''
    for (let x = 0; x < width; x++) {
      const key = pixels.subarray((y * width + x) * 4, (y * width + x) * 4 + 4).join()
      const letter = letters.get(key) ?? String.fromCharCode(64 + letters.size)
      letters.set(key, letter)
      row += letter
    }
    rows.push(row)
  }
  return `${[...letters].map(([key, letter]) => `${letter}=${key}`).join(' ')}\n${rows.join('\n')}`
}

test('draws text as cells of 8 by 16 in their colours', () => {
  const screen = textScreen(
    [
      ['H', 0x0b],
      ['R', 0x4f],
    ],
    { columns: 1, rows: 2 },
  )
  expect(sketch(drawScreen(screen))).toMatchInlineSnapshot(`
    ".=0,0,0,255 A=85,255,255,255 B=170,0,0,255 C=255,255,255,255
    ........
    ........
    AA...AA.
    AA...AA.
    AA...AA.
    AA...AA.
    AAAAAAA.
    AA...AA.
    AA...AA.
    AA...AA.
    AA...AA.
    AA...AA.
    ........
    ........
    ........
    ........
    BBBBBBBB
    BBBBBBBB
    CCCCCCBB
    CCBBBCCB
    CCBBBCCB
    CCBBBCCB
    CCCCCCBB
    CCBBBCCB
    CCBBBCCB
    CCBBBCCB
    CCBBBCCB
    CCBBBCCB
    BBBBBBBB
    BBBBBBBB
    BBBBBBBB
    BBBBBBBB"
  `)
})

test('attribute bit 7 is the background intensity, or blinking, which is drawn steady', () => {
  const steady = textScreen([['\xdb ', 0xc0]], { columns: 2, rows: 1, blinks: false })
  const blinking = textScreen([['\xdb ', 0xc0]], { columns: 2, rows: 1, blinks: true })
  const background = (screen: GraphicsScreen): readonly number[] => [
    ...screen.pixels.subarray(8 * 4, 8 * 4 + 4),
  ]
  expect(background(drawScreen(steady))).toEqual([0xff, 0x55, 0x55, 255])
  expect(background(drawScreen(blinking))).toEqual([0xaa, 0, 0, 255])
})

test('the cursor is not drawn', () => {
  const without = drawScreen(textScreen(['> ']))
  const withCursor = drawScreen(textScreen(['> '], { cursor: { row: 0, column: 2 } }))
  expect(Buffer.from(withCursor.pixels).equals(without.pixels)).toBe(true)
})

test('a graphics screen is its own picture', () => {
  const screen: GraphicsScreen = {
    kind: 'graphics',
    width: 1,
    height: 1,
    pixels: Uint8Array.of(1, 2, 3, 255),
  }
  expect(drawScreen(screen)).toBe(screen)
})

test('only the three blanks look alike', () => {
  const codes = Array.from({ length: 256 }, (_, code) => code)
  const glyph = (code: number): string => font.subarray(code * glyphHeight, (code + 1) * glyphHeight).join()
  const blanks = codes.filter((code) => /^[0,]*$/.test(glyph(code)))
  expect(blanks).toEqual([0x00, 0x20, 0xff])
  expect(new Set(codes.map(glyph)).size).toBe(254)
})

test('box drawing joins: lines reach the edges of their cells', () => {
  const row = (code: number, y: number): number => font[code * glyphHeight + y] ?? 0
  const [horizontal, vertical, cross, corner] = [0xc4, 0xb3, 0xc5, 0xda]
  const joints = [7, 8].filter((y) => row(horizontal, y) === 0xff)
  expect(joints.length).toBeGreaterThan(0)
  for (const y of joints) expect(row(cross, y)).toBe(0xff)
  for (const code of [vertical, cross]) expect(row(code, 0) & row(code, 15)).toBe(row(vertical, 0))
  expect(row(corner, 15)).toBe(row(vertical, 0))
  for (let y = 0; y < glyphHeight; y++) expect(row(0xdb, y)).toBe(0xff)
})

test('the font is the one that references were made with', () => {
  expect(createHash('sha256').update(font).digest('hex')).toMatchInlineSnapshot(
    `"1a3d95f05990ff5b12320b3b9796e8fafe37dbadbbfc10b163edfc3a26a277c1"`,
  )
})
