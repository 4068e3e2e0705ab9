import { describe, expect, test } from 'vitest'
import {
  compareScreenshot,
  pictureOf,
  type ScreenshotOptions,
  screenshotMessage,
} from '../../matchers/index.ts'
import type { Screen } from '../../src/observe/screen.ts'
import type { Area } from '../../src/report/area.ts'
import { around, exited, smallScreen } from './surroundings.ts'

const before = smallScreen(['Hello World!', '', 'tick 41', ['status', 0x1f]])
const after = smallScreen(['Hello World!', '', 'tick 42', ['status', 0x4f]])

function compare(options: ScreenshotOptions = {}, actual: Screen = after, reference: Screen = before) {
  return compareScreenshot(pictureOf(reference, options.region), actual, options)
}

function message(...args: Parameters<typeof compare>): string {
  const [, screen = after] = args
  return screenshotMessage('boot', compare(...args), around({ screen, ending: exited(0x10) }))
}

describe('compareScreenshot', () => {
  test('is exact, and says which cells changed', () => {
    expect(compare({}, before).pass).toBe(true)
    expect(compare({}, before).cells).toEqual([])
    const { pass, mismatched, cells } = compare()
    expect(pass).toBe(false)
    expect(mismatched).toBeGreaterThan(0)
    expect(cells?.map(({ row, column }) => ({ row, column }))).toEqual([
      { row: 2, column: 6 },
      { row: 3, column: 0 },
    ])
  })

  test('a region is all that counts; its cells are told as the screen has them', () => {
    expect(compare({ region: { row: 0, column: 0, rows: 2, columns: 40 } }).pass).toBe(true)
    const { pass, actual, cells } = compare({ region: { row: 2, column: 4, rows: 1, columns: 4 } })
    expect(pass).toBe(false)
    expect([actual.width, actual.height]).toEqual([32, 16])
    expect(cells).toMatchObject([{ row: 2, column: 6 }])
    expect(compare({ region: { x: 3, y: 32, width: 80, height: 16 } }).cells).toBeNull()
  })

  test('masked parts may look as they like', () => {
    const clock = { row: 2, column: 6 }
    expect(compare({ mask: clock }).cells).toMatchObject([{ row: 3, column: 0 }])
    expect(compare({ mask: [clock, { row: 3, column: 0, columns: 6 }] }).pass).toBe(true)
    expect(compare({ mask: clock, region: { row: 2, column: 1, rows: 1, columns: 20 } }).pass).toBe(true)
    const overTheEdge = { x: -8, y: 32, width: 2000, height: 32 }
    expect(compare({ mask: overTheEdge })).toMatchObject({ pass: true, cells: [] })
  })

  test('a tolerance is asked for', () => {
    expect(compare({ allowedMismatchedPixels: 10_000 }).pass).toBe(true)
  })

  test('a graphics screen has no cells', () => {
    const pixels = new Uint8Array(16).fill(255)
    const picture = { kind: 'graphics', width: 2, height: 2, pixels } as const
    expect(compare({}, { ...picture, pixels: new Uint8Array(16) }, picture)).toMatchObject({
      pass: false,
      cells: null,
    })
  })

  test('a region outside the screen is a coded error', () => {
    expect(() => compare({ region: { row: 25, column: 0 } })).toThrowErrorMatchingInlineSnapshot(`
      [KernelTestError: KT5002: toMatchScreenshot got the region {"row":25,"column":0}, which lies outside the screen
        The screen has 320×80 pixels; a cell of text is 8×16.]
    `)
  })

  test('a misspelt option is refused, not ignored', () => {
    const options = { treshold: 0.1 } as ScreenshotOptions
    expect(() => compare(options)).toThrowErrorMatchingInlineSnapshot(`
      [KernelTestError: KT5002: toMatchScreenshot has no option \`treshold\`
        Did you mean \`threshold\`?]
    `)
    const mask = [{ row: 0, column: 0, colums: 10 } as Area]
    expect(() => compare({ mask })).toThrowErrorMatchingInlineSnapshot(`
      [KernelTestError: KT5002: the region or mask of toMatchScreenshot has no option \`colums\`
        Did you mean \`column\`?]
    `)
  })
})

describe('screenshotMessage', () => {
  test('names the changed cells', () => {
    expect(message()).toMatchInlineSnapshot(`
      "Expected the screen to match the screenshot "boot".

      643 of 25600 pixels differ (2.51 %).

      Changed cells:
        row 2, column 6:
          was "1" in light gray on black
          now "2" in light gray on black
        row 3, column 0:
          was "status" in white on blue
          now "status" in white on red

      The guest exited with 0x10 (status 33).

      Printed on com1:
        Booting
        ready

      Screen: text, 40 columns, 5 rows, cursor at row 1, column 0
          ┌0─────────10────────20────────30────────┐
        0 │Hello World!                            │
        1 │                                        │
        2 │tick 42                                 │
        3 │status                                  │
          └─ row 4 is blank ───────────────────────┘"
    `)
  })

  test('names different sizes', () => {
    const graphics: Screen = { kind: 'graphics', width: 64, height: 48, pixels: new Uint8Array(64 * 48 * 4) }
    expect(message({}, graphics)).toMatchInlineSnapshot(`
      "Expected the screen to match the screenshot "boot".

      It has 64×48 pixels, the reference 320×80.

      The guest exited with 0x10 (status 33).

      Printed on com1:
        Booting
        ready

      Screen: graphics, 64×48 pixels"
    `)
  })

  test('names the files last', () => {
    const files = ['Reference: __screenshots__/boot.png', 'Run with -u to accept the new look.']
    const text = screenshotMessage(
      'boot',
      compare({ mask: { row: 3, column: 0, columns: 6 } }),
      around(),
      files,
    )
    expect(text).toMatchInlineSnapshot(`
      "Expected the screen to match the screenshot "boot".

      36 of 24832 pixels differ (0.14 %).

      Changed cells:
        row 2, column 6:
          was "1" in light gray on black
          now "2" in light gray on black

      Reference: __screenshots__/boot.png
      Run with -u to accept the new look.

      The guest has not ended: it is paused.

      Printed on com1:
        Booting
        ready

      Screen: text, 40 columns, 5 rows, cursor at row 1, column 0
          ┌0─────────10────────20────────30────────┐
        0 │Hello World!                            │
          └─ rows 1–4 are blank ───────────────────┘"
    `)
  })

  test('blanks are counted, not shown', () => {
    const cleared = smallScreen([
      ['Hello', 0x1f],
      ['', 0x1f],
    ])
    const whole = message({}, cleared)
    expect(whole.slice(whole.indexOf('Changed cells'), whole.indexOf('The guest'))).toMatchInlineSnapshot(`
      "Changed cells:
        row 0, column 0:
          was "Hello" in light gray on black
          now "Hello" in white on blue
        row 0, column 6:
          was "World!" in light gray on black
          now 6 blanks on black
        row 2, column 0:
          was "tick" in light gray on black
          now 4 blanks on black
        row 2, column 5:
          was "41" in light gray on black
          now 2 blanks on black
        row 3, column 0:
          was "status" in white on blue
          now 6 blanks on black

      "
    `)
  })
})
