import { Decoder } from '../../src/machine/cpu/decode/decoder.ts'
import { semantics } from '../../src/machine/cpu/semantics/semantics.ts'
import type { Row } from '../../src/machine/cpu/table/row.ts'
import { rows } from '../../src/machine/cpu/table/rows.ts'

/** One instruction with everything that it can see. Addresses are those of `recorder.c`. */
export interface Case {
  readonly row: Row
  readonly code: Uint8Array
  /** RAX to R15 in encoding order. */
  readonly registers: readonly bigint[]
  readonly rflags: number
  readonly data: Uint8Array
  readonly stack: Uint8Array
}

export const codeAt = 0x10_0000
export const takenAt = codeAt + 0x40
const dataAt = 0x18_0000
export const dataWindow = { at: dataAt - 128, bytes: 256 }
const stackAt = 0x20_0000
export const stackWindow = { at: stackAt - 32, bytes: 64 }

const vectorsPerShape = 16

/** Not for user code, or not to be seen from it. */
const notHere = new Set(['IN', 'OUT', 'CLI', 'STI', 'JMPF', 'CPUID'])

function isUserLevel(row: Row): boolean {
  const { privileged, only } = row.facts
  if (!semantics.has(row.mnemonic)) return false
  return !privileged && only !== 'legacy' && !notHere.has(row.mnemonic) && !row.operands.includes('Sw')
}

/** Numbers that repeat with their seed: splitmix64. */
class Random {
  #state: bigint

  constructor(seed: bigint) {
    this.#state = seed
  }

  next(): bigint {
    this.#state = BigInt.asUintN(64, this.#state + 0x9e3779b97f4a7c15n)
    let value = this.#state
    value = BigInt.asUintN(64, (value ^ (value >> 30n)) * 0xbf58476d1ce4e5b9n)
    value = BigInt.asUintN(64, (value ^ (value >> 27n)) * 0x94d049bb133111ebn)
    return value ^ (value >> 31n)
  }

  below(limit: number): number {
    return Number(this.next() % BigInt(limit))
  }

  bytes(count: number): Uint8Array {
    const words = BigUint64Array.from({ length: Math.ceil(count / 8) }, () => this.next())
    return new Uint8Array(words.buffer, 0, count)
  }

  /** Random or a corner: edges of every size, small numbers. */
  value(): bigint {
    const bits = BigInt([8, 16, 32, 64][this.below(4)] ?? 64)
    const sign = 1n << (bits - 1n)
    const corners = [0n, 1n, sign, sign - 1n, (sign << 1n) - 1n, 0x0fn, 0x10n, this.next() & 0x3fn]
    const corner = corners[this.below(20)]
    return corner === undefined ? this.next() >> BigInt(this.below(4) * 16) : BigInt.asUintN(64, corner)
  }
}

/** Every case, in an order that the recorded vectors share. */
export function* cases(seed: bigint): Generator<Case> {
  const random = new Random(seed)
  const decoder = new Decoder(64)
  for (const row of rows.filter(isUserLevel)) {
    for (const form of formsOf(row)) {
      for (let count = 0; count < vectorsPerShape * (row.condition ? 4 : 1); count++) {
        const code = encode(row, form, random, decoder)
        yield { row, code, ...surroundings(row, form, code, random) }
      }
    }
  }
}

interface Form {
  readonly bytes: 2 | 4 | 8
  readonly isMemory: boolean
}

function formsOf(row: Row): Form[] {
  const sized = row.operands.some((kind) => /[vzy]|rAX/.test(kind)) && row.operands[0]?.[0] !== 'J'
  const memory = row.operands.some((kind) => kind[0] === 'E' || kind[0] === 'M')
  // Vendors differ about near branches with an operand size prefix.
  const sizes = sized && row.facts.in64 !== 'forced64' ? ([2, 4, 8] as const) : ([4] as const)
  const forms = memory && row.facts.form !== 'register' ? [false, true] : [false]
  return sizes.flatMap((bytes) =>
    forms
      .filter((isMemory) => isMemory || row.facts.form !== 'memory')
      .map((isMemory) => ({ bytes, isMemory })),
  )
}

function encode(row: Row, { bytes, isMemory }: Form, random: Random, decoder: Decoder): Uint8Array {
  for (;;) {
    const code: number[] = []
    if (row.facts.prefix === 'f3') code.push(0xf3)
    if (row.facts.repeat && random.below(2)) code.push(0xf2 + random.below(2))
    if (bytes === 2) code.push(0x66)
    const extended = isMemory ? 4 : 7
    const rex = (bytes === 8 ? 8 : 0) | (random.below(3) ? random.below(8) & extended : 0)
    if ((rex || random.below(4) === 0) && row.facts.prefix !== 'none') code.push(0x40 | rex)
    if (row.map === '0f') code.push(0x0f)
    code.push(row.opcode + random.below(row.span))
    if (row.modrm) pushModRm(code, row, isMemory, random)
    const room = random.bytes(8)
    if (row.operands[0]?.[0] === 'J') room.fill(0)
    const whole = new Uint8Array([...code, ...room])
    const { verdict, length, rm, row: decoded } = decoder.decode(whole, 0, whole.length)
    if (verdict !== 'valid' || decoded !== row) continue
    // RSP and RDI lead to the stack and the data, not to code.
    if (goesToOperand(row) && !isMemory && [4, 7].includes(rm)) continue
    if (row.operands[0]?.[0] === 'J') whole[code.length] = takenAt - codeAt - length
    if (row.operands.some((kind) => kind[0] === 'O')) continueWithOffset(whole, code.length)
    return whole.slice(0, length)
  }
}

/** Memory operands lie around RDI, which points into the data. */
function pushModRm(code: number[], row: Row, isMemory: boolean, random: Random): void {
  const reg = (row.extension ?? random.below(8)) << 3
  if (!isMemory) code.push(0xc0 | reg | random.below(8))
  else code.push(0x40 | reg | 7, random.below(64))
}

function continueWithOffset(whole: Uint8Array, at: number): void {
  new DataView(whole.buffer).setBigUint64(at, BigInt(dataAt), true)
}

function surroundings(
  row: Row,
  { isMemory }: Form,
  code: Uint8Array,
  random: Random,
): Pick<Case, 'registers' | 'rflags' | 'data' | 'stack'> {
  const registers = Array.from({ length: 16 }, () => random.value())
  registers[4] = BigInt(stackAt)
  registers[7] = BigInt(dataAt + random.below(16))
  if (row.facts.repeat) {
    registers[6] = BigInt(dataAt - 8 + random.below(16))
    registers[1] = BigInt(random.below(6))
  }
  const stack = random.bytes(stackWindow.bytes)
  const data = random.bytes(dataWindow.bytes)
  if (goesToOperand(row)) {
    for (let index = 0; index < 16; index++) {
      if (index !== 4 && index !== 7) registers[index] = BigInt(takenAt)
    }
    const at = Number(registers[7]) + (code.at(-1) ?? 0) - dataWindow.at
    if (isMemory) new DataView(data.buffer).setBigUint64(at, BigInt(takenAt), true)
  }
  if (row.mnemonic === 'RET') new DataView(stack.buffer).setBigUint64(32, BigInt(takenAt), true)
  const rflags = 0x202 | (random.below(0x1000) & 0x8d5) | (row.facts.repeat ? random.below(2) << 10 : 0)
  return { registers, rflags, data, stack }
}

const goesToOperand = (row: Row) => ['JMP', 'CALL'].includes(row.mnemonic) && row.modrm
