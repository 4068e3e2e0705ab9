import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GrowingText } from '../../src/observe/growing-text.ts'
import { findInText, longestMatch } from '../../src/observe/match.ts'
import type { TextMatch } from '../../src/observe/stop.ts'

/** What the contract says, word for word: every prefix is tried. */
function triedAfterEachUnit(text: string, from: number, pattern: RegExp): TextMatch | null {
  for (let length = from; length <= text.length; length++) {
    const search = new RegExp(pattern.source, `${pattern.flags}g`)
    search.lastIndex = from
    const match = search.exec(text.slice(0, length))
    if (match) return { start: match.index, end: match.index + match[0].length }
  }
  return null
}

/** As an engine does it: a search after every piece. */
function searchedInPieces(
  pieces: readonly string[],
  from: number,
  pattern: RegExp | string,
): TextMatch | null {
  const text = new GrowingText()
  let scannedTo: number | undefined
  for (const piece of pieces) {
    text.append(piece)
    const match = findInText(text, from, pattern, scannedTo)
    if (match) return match
    scannedTo = Math.max(from - 1, text.length)
  }
  return null
}

const patterns = [
  /\d+/,
  /ok$/,
  /ok$/m,
  /^ok/,
  /^ok/m,
  /\bok/,
  /ok\b/,
  /\[ok\]\b/,
  /ok\B/,
  /a(?=b)/,
  /a(?!b)/,
  /(?!ab)a/,
  /(?<!a)b/,
  /(?<=a)b/,
  /(?<!a\b)b/,
  /a.*b/,
  /a[\s\S]*?b/,
  /(a|ab)(?:b|$)/,
  /(.)\1/,
  /(?<x>[ab])\k<x>/,
  /[\]$]|\$/,
  /\b(?:ok|a)\n/,
  /a*/,
  /b{0}a/,
  /\bb*1/,
  /A/i,
  /(?=(?=1a)1)\d/,
]

describe('findInText', () => {
  test('a text is found at its first place at or after the cursor', () => {
    expect(findInText('ab ab', 0, 'ab')).toEqual({ start: 0, end: 2 })
    expect(findInText('ab ab', 1, 'ab')).toEqual({ start: 3, end: 5 })
    expect(findInText('ab ab', 4, 'ab')).toBeNull()
    expect(findInText('ab', 3, 'ab')).toBeNull()
  })

  test('an open end matches at its first character', () => {
    expect(findInText('took 123 ms', 0, /took \d+/)).toEqual({ start: 0, end: 6 })
    expect(findInText('took 123 ms', 0, /took \d+ ms/)).toEqual({ start: 0, end: 11 })
  })

  test('the end of the text is where it ended when the match came true', () => {
    expect(findInText('login: root\n', 0, /login: $/)).toEqual({ start: 0, end: 7 })
    expect(findInText('okay', 0, /ok\b/)).toEqual({ start: 0, end: 2 })
    expect(findInText('foobar', 0, /foo(?!bar)/)).toEqual({ start: 0, end: 3 })
    expect(findInText('foobar', 0, /foo(?=bar)/)).toEqual({ start: 0, end: 3 })
    expect(findInText('foo', 0, /foo(?=bar)/)).toBeNull()
  })

  test('what lies before the cursor is seen, never matched', () => {
    expect(findInText('xok', 1, /\bok/)).toBeNull()
    expect(findInText('xok', 1, /(?<=x)ok/)).toEqual({ start: 1, end: 3 })
    expect(findInText('xok\nok', 1, /^ok/m)).toEqual({ start: 4, end: 6 })
    expect(findInText('ok', 1, /ok/)).toBeNull()
  })

  test('the flags g and y and the state of the expression change nothing', () => {
    const sticky = /b/gy
    sticky.lastIndex = 3
    expect(findInText('aab', 0, sticky)).toEqual({ start: 2, end: 3 })
    expect(sticky.lastIndex).toBe(3)
  })

  test('a character outside the basic plane is never cut in two', () => {
    expect(findInText('a😀b', 0, /a./u)).toEqual({ start: 0, end: 3 })
    expect(findInText('a😀b', 0, /a.$/u)).toEqual({ start: 0, end: 3 })
  })

  test('the cut of the text into pieces makes no difference, and each prefix is tried', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'ab', 'ok', '1', '12', ' ', '\n', '[ok]', '$'))
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(
        text,
        fc.nat(4),
        fc.constantFrom(...patterns),
        fc.array(fc.nat(30)),
        (whole, from, pattern, cuts) => {
          const expected = from > whole.length ? null : triedAfterEachUnit(whole, from, pattern)
          expect(findInText(whole, from, pattern)).toEqual(expected)
          expect(searchedInPieces(cut(whole, cuts), from, pattern)).toEqual(expected)
        },
      ),
      { numRuns: 3000 },
    )
  })

  test('nor does it where the text is longer than a block', () => {
    const aroundTheBorder = Array.from({ length: 40 }, (_, index) => longestMatch - 20 + index)
    const filler = 'x'.repeat(longestMatch - 3)
    for (const [head, tail, pattern] of [
      ['start ', 'end', /start [\s\S]*end/],
      ['', 'needle', 'needle'],
      ['', ' 12', /\d+$/],
      ['', 'foobar', /foo(?=bar)/],
    ] as const) {
      for (const shift of [0, 1, 2, 3, 4, 5, 6, 7]) {
        const whole = `${'y'.repeat(shift)}${filler}${head}${filler.slice(head.length + tail.length)}${tail}`
        const atOnce = findInText(whole, 0, pattern)
        expect(atOnce).not.toBeNull()
        expect(searchedInPieces(cut(whole, aroundTheBorder), 0, pattern)).toEqual(atOnce)
        expect(searchedInPieces(cut(whole, [1000, 16_384, 16_385, 20_000]), 0, pattern)).toEqual(atOnce)
      }
    }
  })

  test('a match longer than two blocks is not found, however the text comes', () => {
    const whole = `start${'x'.repeat(2 * longestMatch)}end`
    expect(findInText(whole, 0, /start[\s\S]*end/)).toBeNull()
    expect(searchedInPieces(cut(whole, [100, 20_000]), 0, /start[\s\S]*end/)).toBeNull()
  })

  test('eight megabytes in small pieces are searched in linear time', () => {
    const line = 'tok [ 12.345] some line of a kernel that talks too much, okay?\n'
    const text = new GrowingText()
    const wanted = [/\bok done in \d+ ms/, /never\b/, 'nowhere', /panic(?!ked)/]
    const started = process.cpuUsage().user
    let scannedTo: number | undefined
    for (let written = 0; written < 8 * 1024 * 1024; written += line.length * 16) {
      text.append(line.repeat(16))
      for (const pattern of wanted) expect(findInText(text, 0, pattern, scannedTo)).toBeNull()
      scannedTo = text.length
    }
    expect((process.cpuUsage().user - started) / 1e6).toBeLessThan(15)
  })
})

function cut(whole: string, at: readonly number[]): string[] {
  const places = [...new Set([...at].sort((a, b) => a - b)), whole.length]
  return places.map((end, index) => whole.slice(places[index - 1] ?? 0, end))
}
