import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GrowingText } from '../../src/observe/growing-text.ts'
import { lastLines, linesOfText, logOf, OutputLogBuilder } from '../../src/observe/output-log.ts'

const encoder = new TextEncoder()

function textOf(printed: string | Uint8Array): string {
  return logOf(typeof printed === 'string' ? encoder.encode(printed) : printed).text
}

describe('OutputLogBuilder', () => {
  test('line ends become line feeds', () => {
    expect(textOf('a\r\nb\n\rc\nd\r\r\ne')).toBe('a\nb\nc\nd\ne')
    expect(textOf('10%\r20%\r\n')).toBe('10%\r20%\n')
    expect(textOf('\rfirst')).toBe('first')
  })

  test('escape sequences are taken out', () => {
    expect(textOf('\x1b[2J\x1b[1;1Hboot\x1b[0m\x1b[?25l ok')).toBe('boot ok')
    expect(textOf('\x1b[=3hGRUB\x1b(B\x1b)0\x1b7\x1bM')).toBe('GRUB')
    expect(textOf('\x1b]0;title\x07a\x1b]0;title\x1b\\b\x1bPdcs\x1b\\c')).toBe('abc')
    expect(textOf('a\x1b[31\x18b\x1b\x1b[31mc')).toBe('abc')
  })

  test('a control character inside a sequence is obeyed, and a stray sequence swallows no more than its line', () => {
    expect(textOf('a\x1b[3\n1mb')).toBe('a\nb')
    expect(textOf('\x1b]never closed\r\npanicked at 7\n')).toBe('\npanicked at 7\n')
    expect(textOf('\x1b[31\u00e9!')).toBe('é!')
  })

  test('other control characters stay', () => {
    expect(textOf('a\tb\x07\x08\x00c')).toBe('a\tb\x07\x08\x00c')
  })

  test('UTF-8 is decoded, and what is none is marked', () => {
    expect(textOf('héllo ☺ 😀')).toBe('héllo ☺ 😀')
    expect(textOf(new Uint8Array([0x61, 0xff, 0xc3, 0x62]))).toBe('a\ufffd\ufffdb')
  })

  test('the bytes are kept as they came', () => {
    const log = new OutputLogBuilder()
    log.append(encoder.encode('a\r\n'))
    const before = log.bytes
    log.append(new Uint8Array(5000).fill(0x62))
    expect(before).toEqual(encoder.encode('a\r\n'))
    expect(log.bytes).toHaveLength(5003)
    expect(log.text).toBe(`a\n${'b'.repeat(5000)}`)
  })

  test('text only grows, however the bytes are cut', () => {
    const piece = fc.constantFrom(
      ...['a', '\r', '\n', '\x1b', '[', '3', 'm', ']', '\x07', '\\', 'P', '(', '\x18', 'é', '😀', '\x7f'].map(
        (text) => encoder.encode(text),
      ),
      new Uint8Array([0xf0, 0x9f]),
      new Uint8Array([0x80]),
      new Uint8Array([0xed, 0xa0]),
    )
    const output = fc
      .array(piece, { maxLength: 40 })
      .map((pieces) => Uint8Array.from(pieces.flatMap((bytes) => [...bytes])))
    fc.assert(
      fc.property(output, fc.array(fc.nat(80)), (bytes, cuts) => {
        const log = new OutputLogBuilder()
        const ends = [...cuts.sort((a, b) => a - b), bytes.length]
        let start = 0
        for (const end of ends) {
          const before = log.text
          const added = log.append(bytes.subarray(start, end))
          expect(log.text).toBe(before + added)
          start = Math.max(start, end)
        }
        expect(log.text).toBe(textOf(bytes))
        expect(log.bytes).toEqual(bytes)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('GrowingText', () => {
  test('slices as a string does', () => {
    const parts = fc.array(
      fc.oneof(
        fc.string(),
        fc.nat(40_000).map((length) => 'x'.repeat(length)),
      ),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(parts, fc.nat(60_000), fc.nat(60_000), (texts, a, b) => {
        const growing = new GrowingText()
        for (const text of texts) growing.append(text)
        const whole = texts.join('')
        const [start, end] = a < b ? [a, b] : [b, a]
        expect(growing.length).toBe(whole.length)
        expect(growing.slice(start, end) === whole.slice(start, end)).toBe(true)
        expect(growing.slice(start) === whole.slice(start)).toBe(true)
        expect(growing.toString() === whole).toBe(true)
      }),
      { numRuns: 100 },
    )
  })
})

test('lines of a text', () => {
  expect(linesOfText('')).toEqual([])
  expect(linesOfText('a\n\nb')).toEqual(['a', '', 'b'])
  expect(linesOfText('a\r20%\n')).toEqual(['a', '20%'])
  expect(lastLines('a\nb\nc\n\n\n', 2)).toEqual(['b', 'c'])
})
