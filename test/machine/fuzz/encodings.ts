import { type Bits, Decoder } from '../../../src/machine/cpu/decode/decoder.ts'
import { modelFeatures } from '../../../src/machine/cpu/table/features.ts'
import type { Row } from '../../../src/machine/cpu/table/row.ts'
import { rows } from '../../../src/machine/cpu/table/rows.ts'
import type { Random } from '../../oracle/random.ts'
import type { CodeWriter } from './code-writer.ts'
import { at, base16, dataBytes, selector } from './layout.ts'

/** Which rows a program takes: all, or plain ones that never leave. */
export type Choice = 'all' | 'hot'

const maxLength = 15
const scratchBytes = 32
const attempts = 12
const mandatory: Readonly<Record<string, number>> = { 66: 0x66, f2: 0xf2, f3: 0xf3 }
const segmentPrefixes = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65] as const
const farSelectors = Object.values(selector)
const hotNames = new Set(
  'ADD OR ADC SBB AND SUB XOR CMP TEST MOV MOVZX MOVSX INC DEC NEG NOT SHL SHR SAR ROL IMUL BSWAP'.split(' '),
)

/** x87, MMX, SSE and the saving of their state: more rows than all others, and a third of what is drawn. */
const isFloating = ({ facts: { fpu } }: Row) => fpu !== undefined

const isHot = ({ mnemonic, operands }: Row) =>
  hotNames.has(mnemonic) && !operands.some((kind) => /^[CDSO]/.test(kind))

/** Where parts of an instruction that is being built stand. */
interface Draft {
  readonly row: Row
  readonly modrmAt: number
  readonly isMemory: boolean
}

/** Random instructions of the table, each of them valid in code of one width. */
export class Encodings {
  readonly #bits: Bits
  readonly #decoder: Decoder
  readonly #rows: Readonly<
    Record<Choice, { readonly plain: readonly Row[]; readonly floating: readonly Row[] }>
  >
  readonly #scratch = new Uint8Array(scratchBytes)
  #length = 0

  constructor(bits: Bits) {
    this.#bits = bits
    this.#decoder = new Decoder(bits)
    const here = rows.filter(({ facts: { only, cpuid, alwaysUndefined } }) => {
      const isThere = !only || (only === 'long') === (bits === 64)
      return isThere && (!cpuid || modelFeatures.has(cpuid)) && !alwaysUndefined
    })
    const parted = (chosen: readonly Row[]) => ({
      plain: chosen.filter((row) => !isFloating(row)),
      floating: chosen.filter(isFloating),
    })
    this.#rows = {
      all: parted(here),
      hot: parted(here.filter(isHot)),
    }
  }

  /** Writes one instruction and answers its length; NOP where the row drawn has no valid form. */
  write(to: CodeWriter, random: Random, choice: Choice): number {
    const { plain, floating } = this.#rows[choice]
    const row = random.pick(floating.length > 0 && random.oneIn(3) ? floating : plain)
    for (let attempt = 0; attempt < attempts; attempt++) {
      const length = this.#tryToEncode(row, random, choice === 'hot', to.at)
      if (length === 0) continue
      to.take(this.#scratch, length)
      return length
    }
    to.put(0x90)
    return 1
  }

  #push(byte: number): void {
    this.#scratch[this.#length++] = byte
  }

  #tryToEncode(row: Row, random: Random, isHot: boolean, here: number): number {
    const draft = this.#draft(row, random, isHot)
    for (let index = this.#length; index < scratchBytes; index++) this.#scratch[index] = random.word()
    const { verdict, row: found, length, addressBytes } = this.#decoder.decode(this.#scratch, 0, maxLength)
    if (verdict !== 'valid' || found !== row) return 0
    const immediateAt = draft.isMemory ? this.#aim(draft, random, addressBytes, here + length) : this.#length
    this.#soften(row, random, immediateAt, length)
    return length
  }

  #draft(row: Row, random: Random, isHot: boolean): Draft {
    const { facts } = row
    this.#length = 0
    const mayBeMemory = row.modrm && facts.form !== 'register' && !isHot
    const isMemory = mayBeMemory && (facts.form === 'memory' || random.oneIn(2))
    if (facts.lock && isMemory ? random.oneIn(4) : random.oneIn(200)) this.#push(0xf0)
    if (random.oneIn(4)) this.#push(0x66)
    if (random.oneIn(12)) this.#push(0x67)
    if (random.oneIn(10)) this.#push(random.pick(segmentPrefixes))
    if (facts.repeat ? random.oneIn(2) : random.oneIn(60)) this.#push(0xf2 + random.below(2))
    const needed = mandatory[facts.prefix ?? '']
    if (needed) this.#push(needed)
    if (this.#bits === 64 && random.oneIn(2)) this.#push(0x40 | random.below(16))
    if (row.map !== 'one') this.#push(0x0f)
    if (row.map === '0f38') this.#push(0x38)
    if (row.map === '0f3a') this.#push(0x3a)
    this.#push(row.opcode + random.below(row.span))
    const modrmAt = this.#length
    if (row.modrm) {
      const mod = isMemory ? (random.oneIn(2) ? 1 : random.below(3)) : 3
      const reg = row.extension ?? random.below(8)
      this.#push((mod << 6) | (reg << 3) | (row.rm ?? random.below(8)))
    }
    return { row, modrmAt, isMemory }
  }

  /** Lets most addresses lie in the data; answers where the immediate begins. */
  #aim({ row, modrmAt }: Draft, random: Random, addressBytes: number, next: number): number {
    const modrm = this.#scratch[modrmAt] ?? 0
    const mod = modrm >> 6
    const anywhere = at.data + random.below(dataBytes)
    // What has to be aligned mostly is: areas of XSAVE by 64.
    const target = isFloating(row) && !random.oneIn(4) ? anywhere & ~63 : anywhere
    const free = !random.oneIn(6)
    if (addressBytes === 2) {
      const size = mod === 1 ? 1 : mod === 2 || (modrm & 7) === 6 ? 2 : 0
      if (size === 2 && free) this.#set(modrmAt + 1, mod === 2 ? random.below(64) : target - base16, 2)
      return modrmAt + 1 + size
    }
    let displacementAt = modrmAt + 1
    let isAbsolute = mod === 0 && (modrm & 7) === 5
    if ((modrm & 7) === 4) {
      const sib = this.#scratch[displacementAt] ?? 0
      // Mostly without an index.
      if (free) this.#scratch[displacementAt] = (sib & ~0x38) | 0x20
      isAbsolute = mod === 0 && (sib & 7) === 5
      displacementAt++
    }
    const size = mod === 1 ? 1 : mod === 2 || isAbsolute ? 4 : 0
    if (size === 4 && free) {
      const isRelative = this.#bits === 64 && isAbsolute && (modrm & 7) === 5
      const linear = this.#bits === 16 ? target - base16 : target
      const absolute = isRelative ? target - at.code - next : linear
      this.#set(displacementAt, isAbsolute ? absolute : random.below(512) - 128, 4)
    }
    return displacementAt + size
  }

  /** Branches stay near, far pointers find descriptors. */
  #soften({ operands }: Row, random: Random, immediateAt: number, length: number): void {
    const [kind = ''] = operands
    const size = length - immediateAt
    if (random.oneIn(8) || size <= 0) return
    if (kind === 'Jb') this.#set(immediateAt, random.below(64) - 16, 1)
    else if (kind === 'Jz') this.#set(immediateAt, random.below(256) - 64, size)
    else if (kind === 'Ap') {
      const offset = random.below(0x800) + (this.#bits === 16 ? 0 : at.code)
      this.#set(immediateAt, offset, size - 2)
      this.#set(immediateAt + size - 2, random.pick(farSelectors), 2)
    } else if (operands.some((one) => one[0] === 'O')) {
      const target = at.data + random.below(dataBytes)
      this.#set(immediateAt, this.#bits === 16 ? target - base16 : target, Math.min(size, 4))
      if (size === 8) this.#set(immediateAt + 4, 0, 4)
    }
  }

  #set(where: number, value: number, count: number): void {
    for (let index = 0; index < count; index++) this.#scratch[where + index] = value >> (8 * index)
  }
}
