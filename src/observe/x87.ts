/** The x87 FPU (SDM vol. 1 §8.1). */
export interface X87 {
  /** Control and status word, TOP included. */
  readonly fcw: number
  readonly fsw: number
  /** Two bits for each of R0 to R7, as FSTENV stores them. */
  readonly ftw: number
  /** ST0 to ST7. */
  readonly st: readonly X87Register[]
}

interface X87Register {
  /** Bit 79 is the sign, below it 15 bits of exponent and 64 of significand. */
  readonly bits: bigint
  /** The bits as a double; NaN also for encodings that are no number. Empty registers have bits, too. */
  readonly value: number
  readonly tag: X87Tag
}

/** `special`: infinities, NaNs, denormals and unsupported encodings (SDM vol. 1 §8.1.7). */
type X87Tag = 'valid' | 'zero' | 'special' | 'empty'

const tagBits = { valid: 0, zero: 1, special: 2, empty: 3 } as const

/** What engines have: `full` has a bit for each of R0 to R7 that is not empty; `bits` are theirs, 80 each. */
interface X87State {
  readonly fcw: number
  readonly fsw: number
  readonly full: number
  readonly bits: readonly bigint[]
}

/** The registers as programs name them: ST0 is R at TOP. */
export function x87Of({ fcw, fsw, full, bits }: X87State): X87 {
  const registers = bits.map((one, number) => registerOf(one, (full & (1 << number)) === 0))
  const ftw = registers.reduce((all, { tag }, number) => all | (tagBits[tag] << (2 * number)), 0)
  const top = (fsw >> 11) & 7
  return { fcw, fsw, ftw, st: [...registers.slice(top), ...registers.slice(0, top)] }
}

const integerBit = 1n << 63n
const largestExponent = 0x7fff
const bias = 16383

function registerOf(bits: bigint, isEmpty: boolean): X87Register {
  // Most have never been used, and arithmetic of bigints takes its time.
  if (bits === 0n) return { bits, value: 0, tag: isEmpty ? 'empty' : 'zero' }
  const significand = BigInt.asUintN(64, bits)
  const exponent = Number(bits >> 64n) & largestExponent
  const isNumber = exponent !== largestExponent && (significand >= integerBit || exponent === 0)
  const isInfinite = exponent === largestExponent && significand === integerBit
  const magnitude = isInfinite
    ? Number.POSITIVE_INFINITY
    : isNumber
      ? // Denormals have the exponent of the least normal number.
        (Number(significand) / 2 ** 63) * 2 ** (Math.max(exponent, 1) - bias)
      : Number.NaN
  const tag = isEmpty
    ? 'empty'
    : significand === 0n && exponent === 0
      ? 'zero'
      : exponent === 0 || !isNumber
        ? 'special'
        : 'valid'
  return { bits, value: bits >> 79n === 0n ? magnitude : -magnitude, tag }
}
