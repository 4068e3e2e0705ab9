import { describe, expect, test } from 'vitest'
import { type ToShowOptions, toShow } from '../../matchers/index.ts'
import type { ColorName } from '../../src/observe/colors.ts'
import type { GraphicsScreen, Screen } from '../../src/observe/screen.ts'
import { around, exited, failure, smallScreen } from './surroundings.ts'

const lightCyan = 0x0b
const screen = smallScreen(['Hello World!', '', ['Hello again', lightCyan], ['  ok', 0x2f]])
const graphics: GraphicsScreen = {
  kind: 'graphics',
  width: 2,
  height: 1,
  pixels: new Uint8Array(8).fill(255),
}

function message(
  seen: Screen,
  ...args: Parameters<typeof toShow.waitFor> extends [unknown, ...infer Rest] ? Rest : never
) {
  const [negated, ...rest] = args
  return failure(
    toShow.judge(seen, around({ screen: seen, ending: exited(0x10) }), negated, ...rest),
    negated,
  )
}

describe('toShow', () => {
  test('looks for text, place and colours together', () => {
    const shows = (
      ...args: Parameters<typeof toShow.judge> extends [unknown, unknown, unknown, ...infer Rest]
        ? Rest
        : never
    ) => toShow.judge(screen, around(), false, ...args).pass
    expect(shows('Hello')).toBe(true)
    expect(shows('Hello', { row: 2, column: 0, foreground: 'light cyan', background: 'black' })).toBe(true)
    expect(shows('Hello', { foreground: 'light cyan' })).toBe(true)
    expect(shows('Hello', { row: 1 })).toBe(false)
    expect(shows('Hello', { column: 1 })).toBe(false)
    expect(shows('World', { column: 6 })).toBe(true)
    expect(shows(/again$/)).toBe(true)
    expect(shows(/\bok/, { background: 'green', foreground: 'white' })).toBe(true)
    expect(shows(/l+/g, { row: 0, column: 3 })).toBe(true)
    expect(shows('ok   ')).toBe(true)
    expect(shows('x')).toBe(false)
    expect(shows('Hello', { row: 99 })).toBe(false)
  })

  test('waits until it shows, or until it is gone', () => {
    const subject = { port: 'com1', cursor: 0 } as const
    expect(toShow.waitFor(subject, false, 'a', { row: 1 })).toEqual({
      on: 'screen',
      pattern: { pattern: 'a', row: 1 },
      shown: true,
    })
    expect(toShow.waitFor(subject, true, 'a')).toEqual({
      on: 'screen',
      pattern: { pattern: 'a' },
      shown: false,
    })
  })

  test('names the same text in other colours', () => {
    expect(
      message(screen, false, 'Hello World!', { row: 0, foreground: 'light cyan' }),
    ).toMatchInlineSnapshot(`
      "Expected the screen to show "Hello World!" in row 0 in light cyan.

      It shows that text, but in other colours:
        "Hello World!" at row 0, column 0 in light gray on black

      The guest exited with 0x10 (status 33).

      Printed on com1:
        Booting
        ready

      Screen: text, 40 columns, 5 rows, cursor at row 1, column 0
          ┌0─────────10────────20────────30────────┐
        0 │Hello World!                            │
        1 │                                        │
        2 │Hello again                             │
        3 │  ok                                    │
          └─ row 4 is blank ───────────────────────┘"
    `)
  })

  test('names the same text elsewhere', () => {
    const wanted = { row: 1, column: 2, foreground: 'red', background: 'black' } as const
    expect(message(screen, false, 'Hello', wanted)).toMatchInlineSnapshot(`
      "Expected the screen to show "Hello" at row 1, column 2 in red on black.

      It shows that text, but elsewhere:
        "Hello" at row 0, column 0 in light gray on black
        "Hello" at row 2, column 0 in light cyan on black

      The guest exited with 0x10 (status 33).

      Printed on com1:
        Booting
        ready

      Screen: text, 40 columns, 5 rows, cursor at row 1, column 0
          ┌0─────────10────────20────────30────────┐
        0 │Hello World!                            │
        1 │                                        │
        2 │Hello again                             │
        3 │  ok                                    │
          └─ row 4 is blank ───────────────────────┘"
    `)
  })

  test('names a row in another case, and one that is like it', () => {
    expect(message(screen, false, 'hello world')).toMatchInlineSnapshot(`
      "Expected the screen to show "hello world".

      Row 0 differs in upper and lower case: "Hello World!"

      The guest exited with 0x10 (status 33).

      Printed on com1:
        Booting
        ready

      Screen: text, 40 columns, 5 rows, cursor at row 1, column 0
          ┌0─────────10────────20────────30────────┐
        0 │Hello World!                            │
        1 │                                        │
        2 │Hello again                             │
        3 │  ok                                    │
          └─ row 4 is blank ───────────────────────┘"
    `)
    expect(message(screen, false, 'Hullo again')).toMatchInlineSnapshot(`
      "Expected the screen to show "Hullo again".

      Row 2 is the closest: "Hello again"

      The guest exited with 0x10 (status 33).

      Printed on com1:
        Booting
        ready

      Screen: text, 40 columns, 5 rows, cursor at row 1, column 0
          ┌0─────────10────────20────────30────────┐
        0 │Hello World!                            │
        1 │                                        │
        2 │Hello again                             │
        3 │  ok                                    │
          └─ row 4 is blank ───────────────────────┘"
    `)
  })

  test('says that it was printed on the serial port instead', () => {
    expect(message(screen, false, 'ready')).toMatchInlineSnapshot(`
      "Expected the screen to show "ready".

      It was printed on com1, but it is not on the screen.

      The guest exited with 0x10 (status 33).

      Printed on com1:
        Booting
        ready

      Screen: text, 40 columns, 5 rows, cursor at row 1, column 0
          ┌0─────────10────────20────────30────────┐
        0 │Hello World!                            │
        1 │                                        │
        2 │Hello again                             │
        3 │  ok                                    │
          └─ row 4 is blank ───────────────────────┘"
    `)
  })

  test('says that a row lies outside, and that a text has one row', () => {
    expect(message(smallScreen([]), false, 'ok', { row: 25 })).toMatchInlineSnapshot(`
      "Expected the screen to show "ok" in row 25.

      The screen has the rows 0 to 4 and the columns 0 to 39.

      The guest exited with 0x10 (status 33).

      Printed on com1:
        Booting
        ready

      Screen: text, 40 columns, 5 rows, cursor at row 1, column 0
          ┌0─────────10────────20────────30────────┐
          └─ all 5 rows are blank ─────────────────┘"
    `)
    expect(message(screen, false, 'Hello\nWorld')).toMatchInlineSnapshot(`
      "Expected the screen to show "Hello\\nWorld".

      A text is looked for within one row, and this one has a line feed in it.

      The guest exited with 0x10 (status 33).

      Printed on com1:
        Booting
        ready

      Screen: text, 40 columns, 5 rows, cursor at row 1, column 0
          ┌0─────────10────────20────────30────────┐
        0 │Hello World!                            │
        1 │                                        │
        2 │Hello again                             │
        3 │  ok                                    │
          └─ row 4 is blank ───────────────────────┘"
    `)
  })

  test('sees no text in graphics, either way', () => {
    expect(message(graphics, false, 'Hello')).toMatchInlineSnapshot(`
      "Expected the screen to show "Hello".

      The screen is in a graphics mode, where kerneltest sees pixels, not text.
      Compare the picture instead: toMatchScreenshot().

      The guest exited with 0x10 (status 33).

      Printed on com1:
        Booting
        ready

      Screen: graphics, 2×1 pixels"
    `)
    expect(message(graphics, true, 'Hello')).toMatchInlineSnapshot(`
      "Expected the screen not to show "Hello".

      The screen is in a graphics mode, where kerneltest sees pixels, not text.
      Compare the picture instead: toMatchScreenshot().

      The guest exited with 0x10 (status 33).

      Printed on com1:
        Booting
        ready

      Screen: graphics, 2×1 pixels"
    `)
  })

  test('.not names the place', () => {
    expect(message(screen, true, /H\w+/, { background: 'black' })).toMatchInlineSnapshot(`
      "Expected the screen not to show /H\\w+/ on a black background.

      It does: "Hello" at row 0, column 0 in light gray on black.

      The guest exited with 0x10 (status 33).

      Printed on com1:
        Booting
        ready

      Screen: text, 40 columns, 5 rows, cursor at row 1, column 0
          ┌0─────────10────────20────────30────────┐
        0 │Hello World!                            │
        1 │                                        │
        2 │Hello again                             │
        3 │  ok                                    │
          └─ row 4 is blank ───────────────────────┘"
    `)
  })

  test('a misspelt option is refused, not ignored; so is what is no pattern', () => {
    const options = { forground: 'red' } as ToShowOptions
    expect(() => toShow.judge(screen, around(), false, 'Hello', options)).toThrowErrorMatchingInlineSnapshot(`
      [KernelTestError: KT5002: toShow has no option \`forground\`
        Did you mean \`foreground\`?]
    `)
    const nothing = undefined as unknown as string
    expect(() => toShow.judge(screen, around(), false, nothing)).toThrowErrorMatchingInlineSnapshot(`
      [KernelTestError: KT5002: toShow got undefined to look for
        Give it a text or a regular expression.]
    `)
  })

  test('a colour that does not exist is a coded error', () => {
    const foreground = 'lightcyan' as ColorName
    expect(() =>
      toShow.judge(screen, around(), false, 'a', { foreground }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [KernelTestError: KT5002: toShow does not know the foreground "lightcyan"
        Did you mean \`light cyan\`? The colours of text mode are black, blue, green, cyan, red, magenta, brown, light gray, dark gray, light blue, light green, light cyan, light red, pink, yellow, white.]
    `)
  })
})
