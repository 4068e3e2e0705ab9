import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Decoder } from '../../src/machine/cpu/decode/decoder.ts'
import { rows } from '../../src/machine/cpu/table/rows.ts'
import { secondOpinion, spell } from './iced.ts'

const widths = [16, 32, 64] as const

/** xorshift32: the same bytes on every run. */
function* randomBytes(seed: number): Generator<number, never> {
  let state = seed
  for (;;) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    yield (state >>> 8) & 0xff
  }
}

interface Tally {
  agreed: number
  absent: number
  differences: string[]
}

/** F3 REX.B 90 is PAUSE for iced-x86; silicon (see `test/oracle/vectors/`) exchanges R8 and rAX. */
function explained(bytes: Uint8Array): boolean {
  const rex = bytes.indexOf(0x90) - 1
  return rex > 0 && ((bytes[rex] ?? 0) & 0xf1) === 0x41 && bytes.subarray(0, rex).includes(0xf3)
}

function judge(decoder: Decoder, bytes: Uint8Array, tally: Tally): void {
  const ours = decoder.decode(bytes, 0, bytes.length)
  if (ours.verdict === 'absent') {
    tally.absent++
    return
  }
  if (explained(bytes)) return
  const theirs = secondOpinion(decoder.bits, bytes)
  const one = ours.verdict === 'valid' ? `${spell(ours, decoder.bits)} (${ours.length})` : 'invalid'
  const other = theirs ? `${theirs.text} (${theirs.length})` : 'invalid'
  if (one === other) tally.agreed++
  else {
    const code = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    tally.differences.push(`${decoder.bits}: ${code}: ours ${one}, iced ${other}`)
  }
}

describe.each(widths)('in %i-bit code, iced-x86 agrees on length, mnemonic and operands', (bits) => {
  const decoder = new Decoder(bits)

  test('over every opcode, with every ModRM byte and the prefixes that matter', () => {
    const tally: Tally = { agreed: 0, absent: 0, differences: [] }
    const random = randomBytes(bits)
    const prefixes = [
      [],
      [0x66],
      [0x67],
      [0xf3],
      [0xf0],
      [0x65],
      ...(bits === 64 ? [[0x41], [0x4d], [0x66, 0x4f]] : []),
    ]
    for (const row of rows) {
      for (let opcode = row.opcode; opcode < row.opcode + row.span; opcode++) {
        for (const prefix of prefixes) {
          for (let modrm = 0; modrm < 256; modrm += row.modrm ? 3 : 101) {
            const opening = row.map === '0f' ? [0x0f] : []
            const tail = Array.from({ length: 12 }, () => random.next().value)
            judge(decoder, new Uint8Array([...prefix, ...opening, opcode, modrm, ...tail]), tally)
          }
        }
      }
    }
    expect(tally.differences.slice(0, 20)).toEqual([])
    expect(tally.agreed).toBeGreaterThan(20_000)
  })

  test('over random bytes', () => {
    const tally: Tally = { agreed: 0, absent: 0, differences: [] }
    const random = randomBytes(bits + 1)
    for (let round = 0; round < 20_000; round++) {
      judge(
        decoder,
        Uint8Array.from({ length: 16 }, () => random.next().value),
        tally,
      )
    }
    expect(tally.differences.slice(0, 20)).toEqual([])
    expect(tally.agreed).toBeGreaterThan(5_000)
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
      expect(['valid', 'undefined', 'tooLong', 'incomplete', 'absent']).toContain(verdict)
    }),
  )
})
