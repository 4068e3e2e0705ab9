import type { FloatingUnit, Row } from '../../src/machine/cpu/table/row.ts'
import { decimalOf, extendedOf, floatOf } from './float/operands.ts'
import { integers, isPackedShift } from './packed-integers.ts'
import { Random } from './random.ts'
import { comparesStrings, texts } from './texts.ts'

/** What x87, MMX and SSE see and change, but for pointers to instructions and operands. */
export interface FloatState {
  /** XMM0 to XMM15. */
  readonly vectors: Uint8Array
  readonly mxcsr: number
  /** R0 to R7 by their own numbers, ten bytes each. */
  readonly registers: Uint8Array
  readonly control: number
  /** With TOP. */
  readonly status: number
  /** A bit for each of R0 to R7 that is not empty. */
  readonly full: number
}

const allMasked = 0x1f80
const exceptions = 0x3f
/** Of the status word: an unmasked exception is pending. */
const summary = 0x8080
/** As FNINIT leaves it. */
const x87AtRest = { registers: new Uint8Array(80), control: 0x37f, status: 0, full: 0 }

const withX87 = new Set<FloatingUnit>(['x87', 'x87-control', 'wait', 'mmx', 'sse-mmx'])
const withVectors = new Set<FloatingUnit>(['sse', 'sse-mmx'])

/** State that makes an instruction of these units worth running; what others do not use is at rest. */
export function floatStateFor(row: Row, seed: string): FloatState {
  const { fpu } = row.facts
  const usesX87 = fpu !== undefined && withX87.has(fpu)
  const x87 = usesX87 ? x87State(new Random(`${seed} x87`), row) : x87AtRest
  if (!fpu || !withVectors.has(fpu)) return { vectors: new Uint8Array(256), mxcsr: allMasked, ...x87 }
  const random = new Random(`${seed} vectors`)
  // Every bit but the upper half may be set: flags, DAZ, masks, rounding, FTZ.
  const usual = allMasked | random.pick([0, 0x20]) | (random.oneIn(2) ? 0 : random.below(8) << 13)
  const mxcsr = random.oneIn(3) ? random.below(0x1_0000) : usual
  return { vectors: contentFor(row, random, 256), mxcsr, ...x87 }
}

/** Most registers are full, most exceptions masked, and one in twelve has an exception pending. */
function x87State(random: Random, row: Row): Omit<FloatState, 'vectors' | 'mxcsr'> {
  const masks = random.oneIn(3) ? random.below(0x40) : exceptions
  const control = 0x40 | masks | (random.below(16) << 8)
  const flags = random.oneIn(2) ? 0 : random.below(0x40)
  const raised = random.oneIn(12) ? flags : flags & masks
  const conditions = (random.below(8) << 8) | (random.below(2) << 14)
  const top = random.below(8)
  const registers = extendedNumbers(random, row)
  const full = random.oneIn(4) ? random.below(0x100) : 0xff
  return {
    registers,
    control,
    status: raised | (raised & ~masks ? summary : 0) | conditions | (top << 11),
    full: pushes(row) && !random.oneIn(8) ? full & ~(1 << ((top - 1) & 7)) : full,
  }
}

/** Whether it wants an empty register. */
function pushes({ mnemonic }: Row): boolean {
  return /^F(I|B)?LD(?!CW|ENV)|^F(PTAN|SINCOS|XTRACT)$/.test(mnemonic)
}

function extendedNumbers(random: Random, row: Row): Uint8Array {
  const registers = new Uint8Array(80)
  const view = new DataView(registers.buffer)
  const content = contentFor(row, random, 64)
  for (let number = 0; number < 8; number++) {
    const value = extendedOf(random)
    if (row.facts.fpu === 'mmx') registers.set(content.subarray(8 * number, 8 * number + 8), 10 * number)
    else view.setBigUint64(10 * number, BigInt.asUintN(64, value), true)
    view.setUint16(10 * number + 8, Number(value >> 64n), true)
  }
  return registers
}

/** What an operand of x87 in memory is worth being, or null where anything will do. */
export function x87Operand(
  { mnemonic, operands }: Row,
  random: Random,
): { value: bigint; bytes: number } | null {
  const size = operands[0]?.[1] ?? ''
  const bytes = { w: 2, d: 4, q: 8, t: 10 }[size]
  if (!bytes || operands[0]?.[0] !== 'M') return null
  if (mnemonic.startsWith('FI')) return { value: random.value(), bytes }
  if (mnemonic.startsWith('FB')) return { value: decimalOf(random), bytes }
  if (bytes === 2) return { value: BigInt(random.below(0x1_0000)), bytes }
  return { value: bytes === 10 ? extendedOf(random) : floatOf(bytes === 4 ? 32 : 64, random), bytes }
}

/** What an instruction of the row likes to find in its operands. */
export function contentFor(row: Row, random: Random, bytes: number): Uint8Array {
  const { mnemonic } = row
  if (comparesStrings(row)) return texts(random, bytes)
  return mnemonic.startsWith('P') ? integers(random, bytes, isPackedShift(mnemonic)) : numbers(random, bytes)
}

/** Doubles, pairs of singles, of integers, and plain bytes; some stand twice, for comparisons. */
function numbers(random: Random, bytes: number): Uint8Array {
  const memory = new Uint8Array(bytes)
  const view = new DataView(memory.buffer)
  for (let at = 0; at < bytes; at += 8) {
    const kind = random.below(10)
    if (kind === 0) view.setBigUint64(at, random.long(), true)
    else if (kind === 1 && at >= 16) memory.copyWithin(at, at - 16, at - 8)
    else if (kind < 5) view.setBigUint64(at, floatOf(64, random), true)
    else if (kind === 5) view.setFloat64(at, nearInteger(random), true)
    else {
      for (const part of [0, 4]) setHalf(view, at + part, kind, random)
    }
  }
  return memory
}

function setHalf(view: DataView, at: number, kind: number, random: Random): void {
  if (kind === 6) view.setFloat32(at, nearInteger(random), true)
  else if (kind === 7) view.setUint32(at, Number(BigInt.asUintN(32, random.value())), true)
  else view.setUint32(at, Number(floatOf(32, random)), true)
}

const edges = [0, 1, 2, 3, 4, 5, ...[7, 8, 15, 16, 23, 24, 31, 32, 52, 53, 63, 64].map((power) => 2 ** power)]

/** At and around the limits of integers: what is half between two of them, and what just fits. */
function nearInteger(random: Random): number {
  const value = random.pick(edges) + random.pick([-1, -0.5, -0.25, 0, 0.25, 0.5, 1])
  return random.oneIn(2) ? -value : value
}
