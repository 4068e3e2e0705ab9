import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Decoder } from '../../src/machine/cpu/decode/decoder.ts'
import { everyOpcode, Judge, prefixedCode, prefixesOf, randomCode } from './decode-judge.ts'

const widths = [16, 32, 64] as const

describe.each(widths)('in %i-bit code, iced-x86 agrees on length, mnemonic and operands', (bits) => {
  test('over every opcode of every map, with ModRM bytes and the prefixes that matter', () => {
    const judge = new Judge(bits)
    for (const bytes of everyOpcode(bits, prefixesOf(bits), 37)) judge.ask(bytes)
    expect(judge.differences.slice(0, 20)).toEqual([])
    expect(judge.valid).toBeGreaterThan(20_000)
  })

  test('over random bytes, and prefixes in any order', () => {
    const judge = new Judge(bits)
    for (const bytes of randomCode(bits + 1, 10_000)) judge.ask(bytes)
    for (const bytes of prefixedCode(bits + 2, 10_000, 4)) judge.ask(bytes)
    expect(judge.differences.slice(0, 20)).toEqual([])
    expect(judge.valid).toBeGreaterThan(8_000)
  })
})

test('a valid instruction needs each of its bytes', () => {
  const decoder = new Decoder(64)
  const asked = new Decoder(64)
  for (const bytes of prefixedCode(7, 3_000, 3)) {
    const { verdict, length } = decoder.decode(bytes, 0, bytes.length)
    if (verdict !== 'valid') continue
    for (let limit = 0; limit < length; limit++) {
      expect(asked.decode(bytes, 0, limit).verdict).toBe('incomplete')
    }
  }
})

test('what is cut short needs more bytes; past 15 bytes nothing helps', () => {
  const decoder = new Decoder(64)
  const full = new Uint8Array([0x48, 0x81, 0x84, 0x88, 1, 2, 3, 4, 5, 6, 7, 8])
  expect(decoder.decode(full, 0, full.length)).toMatchObject({ verdict: 'valid', length: 12 })
  for (let length = 0; length < full.length; length++) {
    expect(decoder.decode(full, 0, length).verdict).toBe('incomplete')
  }
  const long = new Uint8Array(20).fill(0x66)
  expect(decoder.decode(long, 0, 20).verdict).toBe('tooLong')
  expect(decoder.decode(long, 0, 14).verdict).toBe('incomplete')
})

test('decoding never throws and never reads past its limit', () => {
  const decoder = new Decoder(32)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), fc.nat(20), (bytes, limit) => {
      const { verdict, length } = decoder.decode(bytes, 0, Math.min(limit, bytes.length))
      expect(length).toBeLessThanOrEqual(Math.min(limit, bytes.length, 15))
      expect(['valid', 'undefined', 'tooLong', 'incomplete']).toContain(verdict)
    }),
  )
})
