import type { Form } from './forms.ts'
import { baseOf, codeAt, dataAt, segment16, stackAt } from './layout.ts'
import type { Random } from './random.ts'

/** A memory operand: how it is encoded, and what registers must hold for it to lie where it does. */
export interface Address {
  readonly prefixes: readonly number[]
  /** X and B of REX. */
  readonly rex: number
  /** ModRM without its reg field, SIB, displacement. */
  readonly bytes: readonly number[]
  readonly pins: ReadonlyMap<number, bigint>
  readonly linear: number
  /** The displacement's position in `bytes`, where it counts from the end of the instruction. */
  readonly relativeAt: number | null
}

interface Wanted {
  readonly form: Form
  readonly random: Random
  /** From the middle of the window. */
  readonly distance: number
  /** Bytes of an access that is to pass the segment's limit, or to be not canonical; or 0. */
  readonly beyond: number
}

const sp = 4
const bp = 5

/** Any form that the mode has, leading into the data, or into the stack where SS is the segment. */
export function addressOf(wanted: Wanted): Address {
  const { form, random } = wanted
  if (form.bits === 16 && !random.oneIn(3)) return address16(wanted)
  // 16-bit addresses of flat 32-bit code lie where a process has nothing.
  const narrow = form.bits === 64 && random.oneIn(5)
  const prefixes = narrow || form.bits === 16 ? [0x67] : []
  const addressBits = form.bits === 64 && !narrow ? 64 : 32
  return address32(wanted, prefixes, addressBits)
}

/** Where the operand is, as an offset in its segment. */
function offsetOf({ form, distance, beyond }: Wanted, isStack: boolean): number {
  if (form.bits === 16 && beyond) return segment16.dataLimit + 1 - (beyond - 1)
  const linear = (isStack ? stackAt - 40 : dataAt) + distance
  return linear - baseOf(form, isStack ? 'stack' : 'data')
}

/** A segment override now and then: the answer is whether the stack's is used. */
function chooseSegment({ form, random }: Wanted, isStack: boolean, prefixes: number[]): boolean {
  if (!random.oneIn(6) || form.stackBits !== form.bits) return isStack
  const override = random.pick(form.bits === 16 ? [0x26, 0x36, 0x3e] : [0x26, 0x36, 0x3e, 0x2e])
  prefixes.push(override)
  return override === 0x36
}

const bytesOf = (value: number, count: number) =>
  Array.from({ length: count }, (_, index) => (value >> (8 * index)) & 0xff)

/** A stack that addresses of 16 bits do not reach: they name DS. */
const isFarStack = ({ bits, stackBits }: Form) => bits === 16 && stackBits === 32

const bases16 = [3, 3, 5, 5, 6, 7, 5, 3]
const indexes16 = [6, 7, 6, 7]

function address16(wanted: Wanted): Address {
  const { form, random } = wanted
  const [rm, mod] = [random.below(8), random.below(3)]
  const prefixes: number[] = []
  const isDirect = mod === 0 && rm === 6
  const base = bases16[rm] ?? 3
  const isStack = !isFarStack(form) && chooseSegment(wanted, !isDirect && base === bp, prefixes)
  if (isFarStack(form)) prefixes.push(0x3e)
  const offset = offsetOf(wanted, isStack)
  const linear = offset + baseOf(form, isStack ? 'stack' : 'data')
  const high = (value: number) => BigInt(((random.word() & 0xffff_0000) | (value & 0xffff)) >>> 0)
  const pins = new Map<number, bigint>()
  if (isDirect) {
    return { prefixes, rex: 0, bytes: [6, ...bytesOf(offset, 2)], pins, linear, relativeAt: null }
  }
  const displacement = mod === 0 ? 0 : mod === 1 ? random.below(256) - 128 : random.below(0x1_0000) - 0x8000
  const indexRegister = indexes16[rm]
  const index = indexRegister === undefined ? 0 : random.below(0x1_0000)
  if (indexRegister !== undefined) pins.set(indexRegister, high(index))
  pins.set(base, high(offset - index - displacement))
  const bytes = [(mod << 6) | rm, ...bytesOf(displacement, mod)]
  return { prefixes, rex: 0, bytes, pins, linear, relativeAt: null }
}

function address32(wanted: Wanted, start: readonly number[], addressBits: 32 | 64): Address {
  const { form, random } = wanted
  const prefixes = [...start]
  const registers = form.bits === 64 ? 16 : 8
  const kind = random.below(8)
  const mod = kind === 0 ? 0 : random.below(3)
  const base = pickBase(random, registers, mod, kind)
  const isStack = chooseSegment(wanted, form.bits !== 64 && (base === sp || base === bp), prefixes)
  // rSP is where it is, and lies on the stack.
  const onStack = isStack || base === sp
  const offset =
    base === sp && wanted.beyond ? offsetOf({ ...wanted, beyond: 0 }, true) : offsetOf(wanted, onStack)
  const linear = offset + baseOf(form, isStack ? 'stack' : 'data')
  const common = { prefixes, linear }
  if (base === null) return direct(wanted, offset, common)
  const withIndex = kind > 3 || (base & 7) === sp
  const index = withIndex && base !== sp && kind > 4 ? pickIndex(random, registers, base) : null
  const scale = random.below(4)
  const wide = (value: bigint) => {
    if (form.bits === 64 && addressBits === 32)
      return (BigInt(random.word()) << 32n) | BigInt.asUintN(32, value)
    return BigInt.asUintN(addressBits, value)
  }
  const pins = new Map<number, bigint>()
  const indexValue = index === null ? 0n : BigInt.asUintN(addressBits, random.value())
  if (index !== null) pins.set(index, wide(indexValue))
  const room = mod === 0 ? 0 : mod === 1 ? random.below(256) - 128 : random.word() | 0
  const displacement = base === sp ? offset - (stackAt - baseOf(form, 'stack')) : room
  const far = wanted.beyond && addressBits === 64 ? 1n << 62n : 0n
  const rest = far + BigInt(offset) - (indexValue << BigInt(scale)) - BigInt(displacement)
  if (base !== sp) pins.set(base, BigInt.asUintN(64, wide(rest)))
  const size = base === sp ? 4 : mod === 0 ? 0 : mod === 1 ? 1 : 4
  const mode = (size === 0 ? 0 : size === 1 ? 1 : 2) << 6
  const rex = ((base & 8) >> 3) | (((index ?? 0) & 8) >> 2)
  const sib = (scale << 6) | (((index ?? sp) & 7) << 3) | (base & 7)
  const modrm = withIndex ? [mode | 4, sib] : [mode | (base & 7)]
  return { ...common, rex, bytes: [...modrm, ...bytesOf(displacement, size)], pins, relativeAt: null }
}

/** A register, or null for an address without one. Without a displacement, 5 and 13 mean none. */
function pickBase(random: Random, registers: number, mod: number, kind: number): number | null {
  if (kind === 0) return null
  for (;;) {
    const base = random.below(registers)
    if (mod === 0 && (base & 7) === bp) continue
    if (base === sp && !random.oneIn(2)) continue
    return base
  }
}

function pickIndex(random: Random, registers: number, base: number): number {
  for (;;) {
    const index = random.below(registers)
    if (index !== sp && index !== base) return index
  }
}

/** Four bytes of address: absolute, or from the end of the instruction. */
function direct(
  { form, random }: Wanted,
  offset: number,
  common: { prefixes: readonly number[]; linear: number },
): Address {
  const pins = new Map<number, bigint>()
  if (form.bits === 64 && random.oneIn(2)) {
    return { ...common, rex: 0, bytes: [5, ...bytesOf(offset - codeAt, 4)], pins, relativeAt: 1 }
  }
  const bytes = form.bits === 64 ? [4, 0x25, ...bytesOf(offset, 4)] : [5, ...bytesOf(offset, 4)]
  return { ...common, rex: 0, bytes, pins, relativeAt: null }
}
