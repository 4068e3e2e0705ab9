import { describe, expect, test } from 'vitest'
import { codePage437 } from '../../src/observe/code-page-437.ts'
import { backgroundOf, foregroundOf } from '../../src/observe/colors.ts'
import { findOnScreen } from '../../src/observe/find-on-screen.ts'
import { sameScreen } from '../../src/observe/same-screen.ts'
import { cellAt, linesOf } from '../../src/observe/text-screen.ts'
import { smallScreen } from '../matchers/surroundings.ts'

const screen = smallScreen(['Hello World!', ['\x01\xb0\x00ok\xff', 0x9e]])

describe('code page 437', () => {
  test('has a character of one unit for each code', () => {
    expect(codePage437).toHaveLength(256)
    expect(codePage437.every((character) => character.length === 1)).toBe(true)
    expect(
      [0, 1, 0x1f, 0x20, 0x41, 0x7e, 0x7f, 0x80, 0xb0, 0xe1, 0xfe, 0xff].map((code) => codePage437[code]),
    ).toEqual([' ', '☺', '▼', ' ', 'A', '~', '⌂', 'Ç', '░', 'ß', '■', ' '])
  })

  test('agrees with the decoder of the platform where that has characters', () => {
    // ibm866 shares the box drawing characters, and ASCII is ASCII.
    const decoder = new TextDecoder('ibm866')
    for (let code = 0xb0; code < 0xe0; code++) {
      expect(codePage437[code]).toBe(decoder.decode(new Uint8Array([code])))
    }
    for (let code = 0x20; code < 0x7f; code++) expect(codePage437[code]).toBe(String.fromCharCode(code))
  })
})

describe('text screens', () => {
  test('lines have no blanks at their ends', () => {
    expect(linesOf(screen)).toEqual(['Hello World!', '☺░ ok', '', '', ''])
  })

  test('a cell has character and colours, and bit 7 is what the mode says', () => {
    expect(cellAt(screen, 1, 0)).toEqual({
      row: 1,
      column: 0,
      code: 1,
      attribute: 0x9e,
      character: '☺',
      foreground: 'yellow',
      background: 'blue',
      blinking: true,
    })
    expect(cellAt({ ...screen, blinks: false }, 1, 0)).toMatchObject({
      background: 'light blue',
      blinking: false,
    })
    expect(cellAt(screen, 5, 0)).toBeNull()
    expect(cellAt(screen, 0, 40)).toBeNull()
    expect(cellAt(screen, 0, -1)).toBeNull()
    expect([foregroundOf(0x4b), backgroundOf(0xcb, true), backgroundOf(0xcb, false)]).toEqual([
      'light cyan',
      'red',
      'light red',
    ])
  })

  test('texts see whole rows, expressions see them without blanks at their ends', () => {
    expect(findOnScreen(screen, { pattern: 'World!  ' })).toEqual({
      row: 0,
      column: 6,
      length: 8,
      text: 'World!  ',
    })
    expect(findOnScreen(screen, { pattern: /!$/ })).toEqual({ row: 0, column: 11, length: 1, text: '!' })
    expect(findOnScreen(screen, { pattern: /l+/, column: 3 })).toEqual({
      row: 0,
      column: 3,
      length: 1,
      text: 'l',
    })
    expect(findOnScreen(screen, { pattern: '☺' })).toMatchObject({ row: 1, column: 0 })
    expect(findOnScreen(screen, { pattern: 'o', row: 1 })).toMatchObject({ row: 1, column: 3 })
    expect(findOnScreen(screen, { pattern: '' })).toMatchObject({ row: 0, column: 0, length: 0 })
    expect(
      findOnScreen({ kind: 'graphics', width: 0, height: 0, pixels: new Uint8Array() }, { pattern: '' }),
    ).toBeNull()
  })

  test('equal screens have equal cells, cursor and mode', () => {
    const changes = [{ cursor: null }, { blinks: false }, { cursor: { row: 1, column: 1 } }]
    const other = smallScreen(['Hello World.'])
    expect(sameScreen(screen, { ...screen, codes: screen.codes.slice() })).toBe(true)
    for (const change of changes) expect(sameScreen(screen, { ...screen, ...change })).toBe(false)
    expect(sameScreen(screen, other)).toBe(false)
    const pixel = { kind: 'graphics', width: 1, height: 1, pixels: new Uint8Array(4) } as const
    expect(sameScreen(pixel, { ...pixel })).toBe(true)
    expect(sameScreen(pixel, { ...pixel, pixels: new Uint8Array(4).fill(1) })).toBe(false)
    expect(sameScreen(pixel, screen)).toBe(false)
    expect(sameScreen(screen, pixel)).toBe(false)
  })
})
