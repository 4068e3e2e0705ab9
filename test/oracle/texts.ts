import type { Row } from '../../src/machine/cpu/table/row.ts'
import type { Random } from './random.ts'

export const comparesStrings = ({ mnemonic }: Row): boolean => /^PCMP[EI]STR/.test(mnemonic)

const letters = [0x61, 0x62, 0x63, 0x7f, 0x80, 0xff]

/**
 * Strings of 16 bytes for PCMPxSTRx: of few letters as bytes or as words, so that some are the same, with
 * ends here and there; some go on as another one begins.
 */
export function texts(random: Random, bytes: number): Uint8Array {
  const memory = new Uint8Array(bytes)
  for (let at = 0; at < bytes; at += 16) {
    const width = random.pick([1, 2])
    const some = [random.pick(letters), random.pick(letters), random.pick(letters)]
    const endsIn = random.pick([4, 16, 64])
    for (let part = at; part < at + 16; part += width) {
      if (random.oneIn(endsIn)) continue
      memory[part] = random.pick(some)
      if (width === 2) memory[part + 1] = random.pick([0, 0, 0x7f, 0x80])
    }
    if (at >= 16 && random.oneIn(3)) {
      const skipped = random.below(8)
      memory.copyWithin(at + skipped, at - 16, at - skipped)
    }
  }
  return memory
}

/** A length for PCMPESTRx: around what a register holds, of both signs, or any number. */
export function textLength(random: Random, bits: 32 | 64): bigint {
  const edges = [-(1n << 63n), -(1n << 31n), (1n << 31n) - 1n, (1n << 32n) + 5n]
  const length = random.oneIn(8) ? random.pick(edges) : BigInt(random.below(35) - 17)
  return BigInt.asUintN(bits, random.oneIn(4) ? (random.long() << 32n) | BigInt.asUintN(32, length) : length)
}
