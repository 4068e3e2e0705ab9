import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Decoder } from '../../src/machine/cpu/decode/decoder.ts'
import { everyOpcode, prefixesOf, randomBytes, Tally } from './decode-judge.ts'

const widths = [16, 32, 64] as const

describe.each(widths)('in %i-bit code, iced-x86 agrees on length, mnemonic and operands', (bits) => {
  const decoder = new Decoder(bits)

  test('over every opcode of every map, with ModRM bytes and the prefixes that matter', () => {
    const tally = new Tally()
    for (const bytes of everyOpcode(bits, prefixesOf(bits), 29)) tally.judge(decoder, bytes)
    expect(tally.differences.slice(0, 20)).toEqual([])
    expect(tally.valid).toBeGreaterThan(30_000)
  })

  test('over random bytes', () => {
    const tally = new Tally()
    const random = randomBytes(bits + 1)
    for (let round = 0; round < 20_000; round++) {
      tally.judge(
        decoder,
        Uint8Array.from({ length: 16 }, () => random.next().value),
      )
    }
    expect(tally.differences.slice(0, 20)).toEqual([])
    expect(tally.valid).toBeGreaterThan(10_000)
  })
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
