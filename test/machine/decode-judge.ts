import type { Bits, Decoder } from '../../src/machine/cpu/decode/decoder.ts'
import { type Disagreement, disagreements } from './disagreements.ts'
import { secondOpinion, spell } from './iced.ts'

/** xorshift32: the same bytes on every run. */
export function* randomBytes(seed: number): Generator<number, never> {
  let state = seed
  for (;;) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    yield (state >>> 8) & 0xff
  }
}

/** What came out of comparing our decoder with iced-x86. */
export class Tally {
  agreed = 0
  /** Agreed, and both say that it is an instruction. */
  valid = 0
  readonly explained = new Map<Disagreement, number>()
  readonly differences: string[] = []

  judge(decoder: Decoder, bytes: Uint8Array): void {
    const ours = decoder.decode(bytes, 0, bytes.length)
    const isNamed = ours.verdict === 'valid' || (ours.row?.facts.alwaysUndefined && !ours.lock)
    const one = isNamed ? `${spell(ours, decoder.bits)} (${ours.length})` : 'invalid'
    const theirs = secondOpinion(decoder.bits, bytes)
    const other = theirs ? `${theirs.text} (${theirs.length})` : 'invalid'
    if (one === other) {
      this.agreed++
      if (isNamed) this.valid++
      return
    }
    const known = disagreements.find(({ applies }) => applies({ bits: decoder.bits, bytes, ours, theirs }))
    if (known) {
      this.explained.set(known, (this.explained.get(known) ?? 0) + 1)
      return
    }
    const code = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    this.differences.push(`${decoder.bits}: ${code}: ours ${one}, iced ${other}`)
  }
}

const maps = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]]

/** Prefixes and escapes: no opcodes of their own map. */
function isOpcode(bits: Bits, map: number, opcode: number): boolean {
  if (map === 1) return opcode !== 0x38 && opcode !== 0x3a
  if (map > 1) return true
  const isRex = bits === 64 && (opcode & 0xf0) === 0x40
  const prefixes = [0x0f, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]
  return !isRex && !prefixes.includes(opcode)
}

export const prefixesOf = (bits: Bits): number[][] => [
  ...[[], [0x66], [0xf3], [0xf2], [0xf0], [0x67], [0x65], [0x66, 0xf3], [0xf2, 0xf3], [0xf0, 0x66]],
  ...(bits === 64 ? [[0x41], [0x4d], [0x48], [0x66, 0x4f], [0xf3, 0x48], [0x66, 0x48]] : []),
]

/**
 * Every opcode of the four maps with each of these prefixes and every `step`-th ModRM byte, with a random
 * tail.
 */
export function* everyOpcode(bits: Bits, prefixes: readonly number[][], step: number): Generator<Uint8Array> {
  const random = randomBytes(bits)
  let modrm = 0
  for (const [map, opening] of maps.entries()) {
    for (let opcode = 0; opcode < 256; opcode++) {
      if (!isOpcode(bits, map, opcode)) continue
      for (const prefix of prefixes) {
        for (modrm &= 0xff; modrm < 256; modrm += step) {
          const tail = Array.from({ length: 12 }, () => random.next().value)
          yield new Uint8Array([...prefix, ...opening, opcode, modrm, ...tail])
        }
      }
    }
  }
}
