import { type Bits, Decoder } from '../../src/machine/cpu/decode/decoder.ts'
import { modelFeatures } from '../../src/machine/cpu/table/features.ts'
import type { Row } from '../../src/machine/cpu/table/row.ts'
import { type Disagreement, disagreements } from './disagreements.ts'
import { secondOpinion, spell } from './iced.ts'

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

/** Compares one decoder with iced-x86 and keeps the score. */
export class Judge {
  /** Both say the same instruction, or that there is none. */
  agreed = 0
  valid = 0
  readonly explained = new Map<Disagreement, number>()
  readonly differences: string[] = []
  /** Rows that were decoded. */
  readonly rows = new Set<Row>()
  readonly #decoder: Decoder
  readonly #isModel: boolean

  constructor(bits: Bits, features = modelFeatures) {
    this.#decoder = new Decoder(bits, features)
    this.#isModel = features === modelFeatures
  }

  ask(bytes: Uint8Array): void {
    const { bits } = this.#decoder
    const ours = this.#decoder.decode(bytes, 0, bytes.length)
    const isNamed = ours.verdict === 'valid' || (ours.row?.facts.alwaysUndefined && !ours.lock)
    const one = isNamed ? `${spell(ours, bits)} (${ours.length})` : 'invalid'
    const theirs = secondOpinion(bits, bytes, this.#isModel)
    const other = theirs ? `${theirs.text} (${theirs.length})` : 'invalid'
    if (isNamed && ours.row) this.rows.add(ours.row)
    if (one === other) {
      this.agreed++
      if (isNamed) this.valid++
      return
    }
    const known = disagreements.find(({ applies }) => applies({ bits, bytes, ours, theirs }))
    if (known) {
      this.explained.set(known, (this.explained.get(known) ?? 0) + 1)
      return
    }
    const code = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    this.differences.push(`${bits}: ${code}: ours ${one}, iced ${other}`)
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
          yield new Uint8Array([...prefix, ...opening, opcode, modrm, ...take(random, 12)])
        }
      }
    }
  }
}

export function* randomCode(seed: number, count: number): Generator<Uint8Array> {
  const random = randomBytes(seed)
  for (let round = 0; round < count; round++) yield new Uint8Array(take(random, 16))
}

const everyPrefix = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x40, 0x48, 0x4d]

/** Up to `most` prefixes in any order, then an opcode of any map and random bytes. */
export function* prefixedCode(seed: number, count: number, most: number): Generator<Uint8Array> {
  const random = randomBytes(seed)
  for (let round = 0; round < count; round++) {
    const [howMany = 0, map = 0, ...rest] = take(random, 18)
    const prefixes = rest
      .slice(0, howMany % (most + 1))
      .map((byte) => everyPrefix[byte % everyPrefix.length] ?? 0)
    yield new Uint8Array([...prefixes, ...(maps[map & 3] ?? []), ...rest])
  }
}

const take = (random: Generator<number, never>, count: number) =>
  Array.from({ length: count }, () => random.next().value)
