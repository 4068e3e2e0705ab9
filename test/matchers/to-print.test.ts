import { describe, expect, test } from 'vitest'
import { type ToPrintOptions, toPrint } from '../../matchers/index.ts'
import { around, exited, failure, log, outOfTime, output } from './surroundings.ts'

const boot = 'Booting\r\nready\r\n'

describe('toPrint', () => {
  test('passes on a text or expression behind the cursor, and says where it matched', () => {
    const seen = output(boot)
    expect(toPrint.judge(seen, around(), false, 'ready')).toMatchObject({
      pass: true,
      match: { start: 8, end: 13 },
    })
    expect(toPrint.judge(seen, around(), false, /^rea/m)).toMatchObject({
      pass: true,
      match: { start: 8, end: 11 },
    })
    expect(toPrint.judge(output(boot, 13), around(), false, 'ready').pass).toBe(false)
    expect(toPrint.judge(output(boot, 13), around(), false, 'ready', { from: 'start' }).pass).toBe(true)
  })

  test('waits for the text from the cursor on; its absence only the ending decides', () => {
    const subject = { port: 'com1', cursor: 7 } as const
    expect(toPrint.waitFor(subject, false, 'a')).toEqual({
      on: 'output',
      port: 'com1',
      pattern: 'a',
      from: 7,
    })
    expect(toPrint.waitFor(subject, false, 'a', { port: 'com2', from: 'start' })).toEqual({
      on: 'output',
      port: 'com2',
      pattern: 'a',
      from: 0,
    })
    expect(toPrint.waitFor(subject, true, 'a')).toBe('ending')
    expect(toPrint.port?.('a', { port: 'debugConsole' })).toBe('debugConsole')
    expect(toPrint.port?.('a')).toBeUndefined()
  })

  test('.not passes when the run has ended without it', () => {
    expect(toPrint.judge(output(boot), around({ ending: exited(0x10) }), true, 'panic').pass).toBe(false)
  })

  test('names the line that differs in case', () => {
    const verdict = toPrint.judge(output(boot), around({ ending: exited(0x11) }), false, 'Ready')
    expect(failure(verdict)).toMatchInlineSnapshot(`
      "Expected com1 to print "Ready".

      It printed 2 lines, but not that.

      Line 2 differs in upper and lower case:
        ready

      The guest exited with 0x11 (status 35); 0x11 means failure in blog_os, bootimage.

      Printed on com1:
        Booting
        ready

      Screen: text, 40 columns, 5 rows, cursor at row 1, column 0
          ┌0─────────10────────20────────30────────┐
        0 │Hello World!                            │
          └─ rows 1–4 are blank ───────────────────┘"
    `)
  })

  test('names the line that is like it', () => {
    const seen = output(`${boot}booted in 12 ms\r\n`)
    const verdict = toPrint.judge(
      seen,
      around({ serial: seen.log, ending: outOfTime }),
      false,
      /booted after \d+ ms/,
    )
    expect(failure(verdict)).toMatchInlineSnapshot(`
      "Expected com1 to print /booted after \\d+ ms/.

      It printed 3 lines, but not that.

      Line 3 is the closest:
        booted in 12 ms

      The guest reached its time limit of 30 s while it was idle.
      If it only needs longer, give it more: boot(image, { limit: '2m' }).

      Printed on com1:
        Booting
        ready
        booted in 12 ms

      Screen: text, 40 columns, 5 rows, cursor at row 1, column 0
          ┌0─────────10────────20────────30────────┐
        0 │Hello World!                            │
          └─ rows 1–4 are blank ───────────────────┘"
    `)
  })

  test('says that an earlier match is behind it', () => {
    const verdict = toPrint.judge(output(boot, 13), around(), false, 'Booting')
    expect(failure(verdict)).toMatchInlineSnapshot(`
      "Expected com1 to print "Booting".

      It printed 1 line since the last match, but not that.

      It was printed before, on line 1, but an earlier match is behind it by now.
      To search in everything: toPrint("Booting", { from: 'start' }).

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

  test('knows the flag that was forgotten', () => {
    const verdict = toPrint.judge(output(boot), around({ ending: exited(0x10) }), false, /^ready$/)
    expect(failure(verdict)).toMatchInlineSnapshot(`
      "Expected com1 to print /^ready$/.

      It printed 2 lines, but not that.

      Line 2 fits with the flag m, with which ^ and $ mean the start and end of a line:
        ready

      The guest exited with 0x10 (status 33).

      Printed on com1:
        Booting
        ready

      Screen: text, 40 columns, 5 rows, cursor at row 1, column 0
          ┌0─────────10────────20────────30────────┐
        0 │Hello World!                            │
          └─ rows 1–4 are blank ───────────────────┘"
    `)
  })

  test('says that the screen has it', () => {
    const seen = output('')
    const verdict = toPrint.judge(seen, around({ serial: seen.log, ending: exited(0x10) }), false, 'World')
    expect(failure(verdict)).toMatchInlineSnapshot(`
      "Expected com1 to print "World".

      It printed nothing.

      The screen shows it, in row 0: expect(vm.screen).toShow("World") looks there.

      The guest exited with 0x10 (status 33).

      Nothing was printed on com1.

      Screen: text, 40 columns, 5 rows, cursor at row 1, column 0
          ┌0─────────10────────20────────30────────┐
        0 │Hello World!                            │
          └─ rows 1–4 are blank ───────────────────┘"
    `)
    const blank = around({ serial: seen.log, screen: null, ending: exited(0x10) })
    expect(failure(toPrint.judge(seen, blank, false, 'World'))).not.toContain('toShow')
  })

  test('says that the guest gave up', () => {
    const seen = output('Booting\npanicked at src/main.rs:7\n')
    const failFast = { port: 'com1', pattern: 'panicked at', line: 'panicked at src/main.rs:7' } as const
    const verdict = toPrint.judge(seen, around({ serial: seen.log, failFast }), false, 'ready')
    expect(failure(verdict)).toMatchInlineSnapshot(`
      "Expected com1 to print "ready".

      It printed 2 lines, but not that.

      The wait ended early: the guest printed on com1 that it gives up:
        panicked at src/main.rs:7
      A test that expects this waits for it: toPrint("panicked at").

      Printed on com1:
        Booting
        panicked at src/main.rs:7

      Screen: text, 40 columns, 5 rows, cursor at row 1, column 0
          ┌0─────────10────────20────────30────────┐
        0 │Hello World!                            │
          └─ rows 1–4 are blank ───────────────────┘"
    `)
  })

  test('shows the log of another port, and that the text came on the first', () => {
    const seen = output('debug: on\n', 0, 'debugConsole')
    const verdict = toPrint.judge(seen, around({ ending: exited(0x10) }), false, 'ready')
    expect(failure(verdict)).toMatchInlineSnapshot(`
      "Expected debugConsole to print "ready".

      It printed 1 line, but not that.

      It was printed on com1.

      Printed on debugConsole:
        debug: on

      The guest exited with 0x10 (status 33).

      Printed on com1:
        Booting
        ready

      Screen: text, 40 columns, 5 rows, cursor at row 1, column 0
          ┌0─────────10────────20────────30────────┐
        0 │Hello World!                            │
          └─ rows 1–4 are blank ───────────────────┘"
    `)
  })

  test('a guest that printed nothing and has no screen', () => {
    const silent = around({ serial: log(''), screen: null, ending: outOfTime })
    expect(failure(toPrint.judge(output(''), silent, false, 'ready'))).toMatchInlineSnapshot(`
      "Expected com1 to print "ready".

      It printed nothing.

      The guest reached its time limit of 30 s while it was idle.
      If it only needs longer, give it more: boot(image, { limit: '2m' }).

      Nothing was printed on com1.

      The screen could not be read."
    `)
  })

  test('shows control characters as what they are, and the last lines of a long log', () => {
    const text = `${Array.from({ length: 20 }, (_, index) => `line ${index}`).join('\n')}\n\x07bell\x00\x7f\x1b[31mred\n\n`
    const verdict = toPrint.judge(
      output(text),
      around({ serial: log(text), screen: null }),
      false,
      'x'.repeat(3),
    )
    expect(failure(verdict)).toMatchInlineSnapshot(`
      "Expected com1 to print "xxx".

      It printed 22 lines, but not that.

      The guest has not ended: it is paused.

      Printed on com1 (the last 12 of 21 lines):
        line 9
        line 10
        line 11
        line 12
        line 13
        line 14
        line 15
        line 16
        line 17
        line 18
        line 19
        \\x07bell\\x00\\x7fred

      The screen could not be read."
    `)
  })

  test('.not names the line', () => {
    const verdict = toPrint.judge(output(boot), around({ ending: exited(0x10) }), true, /read./)
    expect(failure(verdict, true)).toMatchInlineSnapshot(`
      "Expected com1 never to print /read./.

      It did, on line 2:
        ready

      The guest exited with 0x10 (status 33).

      Printed on com1:
        Booting
        ready

      Screen: text, 40 columns, 5 rows, cursor at row 1, column 0
          ┌0─────────10────────20────────30────────┐
        0 │Hello World!                            │
          └─ rows 1–4 are blank ───────────────────┘"
    `)
  })

  test('.not is not decided by the limit', () => {
    const verdict = toPrint.judge(output(boot), around({ ending: outOfTime }), true, 'panic')
    expect(failure(verdict, true)).toMatchInlineSnapshot(`
      "Expected com1 never to print "panic".

      Not decided (KT4020): it was not printed so far, but the guest has not ended and might still print it.

      The guest reached its time limit of 30 s while it was idle.
      If it only needs longer, give it more: boot(image, { limit: '2m' }).

      Printed on com1:
        Booting
        ready

      Screen: text, 40 columns, 5 rows, cursor at row 1, column 0
          ┌0─────────10────────20────────30────────┐
        0 │Hello World!                            │
          └─ rows 1–4 are blank ───────────────────┘"
    `)
  })

  test.each<[string, ToPrintOptions]>([
    ['a misspelt option', { form: 'start' } as ToPrintOptions],
    ['an option that resembles none', { where: 'com1' } as ToPrintOptions],
    ['a place to search from that does not exist', { from: 'strat' as 'start' }],
    ['a port that does not exist', { port: 'COM2' as 'com2' }],
  ])('%s is a coded error', (_, options) => {
    const subject = { port: 'com1', cursor: 0 } as const
    expect(() => toPrint.waitFor(subject, false, 'ready', options)).toThrowErrorMatchingSnapshot()
  })
})
