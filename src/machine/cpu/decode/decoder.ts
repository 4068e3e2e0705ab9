import { type Feature, modelFeatures } from '../table/features.ts'
import type { OpcodeMap, Row } from '../table/row.ts'
import { CodeCursor } from './code-cursor.ts'
import { readImmediates } from './immediates.ts'
import { emptyInstruction, type Instruction, none, type Verdict } from './instruction.ts'
import { readModRm, readRegisters } from './modrm.ts'
import { buildSlots, follows, type Slots, slotOf } from './slots.ts'

export type Bits = 16 | 32 | 64

const maxLength = 15

const segmentPrefixes = new Map([
  [0x26, 0],
  [0x2e, 1],
  [0x36, 2],
  [0x3e, 3],
  [0x64, 4],
  [0x65, 5],
])

interface Prefixes {
  operand: boolean
  address: boolean
  repeat: 0 | 0xf2 | 0xf3
  rex: number
}

/**
 * Decodes code for one width (CS.D and CS.L), driven by the table. Faults have the processor's order: an
 * instruction that needs more bytes than there are is `incomplete` before anything else is said about it.
 */
export class Decoder {
  readonly bits: Bits
  readonly #instruction = emptyInstruction()
  readonly #code = new CodeCursor()
  readonly #prefixes: Prefixes = { operand: false, address: false, repeat: 0, rex: 0 }
  #map: OpcodeMap = 'one'
  readonly #maps: Readonly<Record<OpcodeMap, Slots>>

  constructor(bits: Bits, features: ReadonlySet<Feature> = modelFeatures) {
    this.bits = bits
    this.#maps = buildSlots(bits === 64, features)
  }

  /** The instruction at `at`; it must end before `limit`. The answer is valid until the next call. */
  decode(bytes: Uint8Array, at: number, limit: number): Instruction {
    const instruction = this.#instruction
    const code = this.#code
    code.start(bytes, at, Math.min(limit, at + maxLength))
    instruction.row = null
    instruction.verdict = this.#decode(instruction, code)
    instruction.length = code.at - at
    if (code.short) instruction.verdict = limit - at >= maxLength ? 'tooLong' : 'incomplete'
    return instruction
  }

  #decode(instruction: Instruction, code: CodeCursor): Verdict {
    const opcode = this.#readOpcode(instruction, code)
    if (code.short) return 'incomplete'
    instruction.opcode = opcode
    this.#setSizes(instruction)
    const slots = this.#maps[this.#map]
    const { rex } = this.#prefixes
    const follow = slots.follows[opcode]
    if (follow === follows.modrm) readModRm(instruction, code, rex, this.bits)
    else if (follow === follows.registers) readRegisters(instruction, code, rex)
    else {
      instruction.isMemory = false
      instruction.reg = (opcode >> 3) & 7
      instruction.rm = (opcode & 7) | ((rex & 1) << 3)
    }
    const candidates = slots.rows[slotOf(opcode, instruction.reg, instruction.isMemory)] ?? []
    const row = candidates.find((one) => this.#matches(one, instruction))
    if (code.short) return 'incomplete'
    if (!row) return 'undefined'
    return this.#finish(row, instruction, code)
  }

  /** Reads prefixes and escapes, which choose the map. */
  #readOpcode(instruction: Instruction, code: CodeCursor): number {
    this.#map = 'one'
    const first = this.#readPrefixes(instruction, code)
    if (first !== 0x0f) return first
    const second = code.byte()
    this.#map = second === 0x38 ? '0f38' : second === 0x3a ? '0f3a' : '0f'
    return this.#map === '0f' ? second : code.byte()
  }

  /** Reads prefixes; answers the byte behind them. A REX that a legacy prefix follows is void. */
  #readPrefixes(instruction: Instruction, code: CodeCursor): number {
    const prefixes = this.#prefixes
    prefixes.operand = false
    prefixes.address = false
    prefixes.repeat = 0
    prefixes.rex = 0
    instruction.lock = false
    instruction.segment = none
    for (;;) {
      const byte = code.byte()
      if (code.short) return 0
      if (this.bits === 64 && (byte & 0xf0) === 0x40) {
        prefixes.rex = byte
        continue
      }
      if (!this.#legacyPrefix(instruction, byte)) return byte
      prefixes.rex = 0
    }
  }

  #legacyPrefix(instruction: Instruction, byte: number): boolean {
    const prefixes = this.#prefixes
    const segment = segmentPrefixes.get(byte)
    if (segment !== undefined) {
      // In 64-bit mode the first four are null prefixes (SDM volume 2, 2.1.1).
      if (this.bits !== 64 || segment >= 4) instruction.segment = segment
    } else if (byte === 0x66) prefixes.operand = true
    else if (byte === 0x67) prefixes.address = true
    else if (byte === 0xf0) instruction.lock = true
    else if (byte === 0xf2 || byte === 0xf3) prefixes.repeat = byte
    else return false
    return true
  }

  #setSizes(instruction: Instruction): void {
    const { operand, address, rex } = this.#prefixes
    instruction.hasRex = rex !== 0
    instruction.repeat = 0
    instruction.base = none
    instruction.index = none
    instruction.scale = 0
    instruction.ripRelative = false
    instruction.displacement = 0
    instruction.immediateLow = 0
    instruction.immediateHigh = 0
    instruction.operandBytes = this.#operandBytes(operand)
    if (this.bits === 64) instruction.addressBytes = address ? 4 : 8
    else instruction.addressBytes = (this.bits === 16) === address ? 4 : 2
  }

  #operandBytes(prefixed: boolean): number {
    if (this.bits === 64) return this.#prefixes.rex & 8 ? 8 : prefixed ? 2 : 4
    return (this.bits === 16) === prefixed ? 4 : 2
  }

  /** Whether prefixes and ModRM.rm choose this row; everything else has chosen its slot. */
  #matches(row: Row, instruction: Instruction): boolean {
    if (row.rm !== null && row.rm !== (instruction.rm & 7)) return false
    const { repeat, operand, rex } = this.#prefixes
    if (row.facts.noRexB && (rex & 1) !== 0) return false
    switch (row.facts.prefix) {
      case 'none':
        return repeat === 0 && !operand
      case 'nfx':
        return repeat === 0
      case '66':
        return repeat === 0 && operand
      case 'f2':
        return repeat === 0xf2
      case 'f3':
        return repeat === 0xf3
      default:
        return true
    }
  }

  #finish(row: Row, instruction: Instruction, code: CodeCursor): Verdict {
    const { in64, repeat, lock } = row.facts
    instruction.row = row
    // A 66 that chose the row is no operand size.
    if (row.facts.prefix === '66') instruction.operandBytes = this.#operandBytes(false)
    if (this.bits === 64 && in64) {
      const small = in64 === 'default64' && this.#prefixes.operand && instruction.operandBytes !== 8
      instruction.operandBytes = small ? 2 : 8
    }
    if (repeat) instruction.repeat = this.#prefixes.repeat
    if (row.operands.some((kind) => kind === 'Cy' || kind === 'Dy'))
      return this.#systemRegister(row, instruction)
    readImmediates(row, instruction, code)
    if (instruction.lock && !(lock && instruction.isMemory)) return 'undefined'
    if (row.facts.alwaysUndefined || !isSegment(row, instruction.reg & 7)) return 'undefined'
    return 'valid'
  }

  /** The operand size is the mode's (SDM, MOV to and from control and debug registers). */
  #systemRegister(row: Row, instruction: Instruction): Verdict {
    instruction.operandBytes = this.bits === 64 ? 8 : 4
    const isControl = row.operands.includes('Cy')
    const known = isControl ? controlRegisters.has(instruction.reg) : instruction.reg < 8
    return known && !instruction.lock ? 'valid' : 'undefined'
  }
}

const controlRegisters = new Set([0, 2, 3, 4, 8])

/** There are six segment registers, and CS cannot be loaded. */
function isSegment(row: Row, reg: number): boolean {
  const at = row.operands.indexOf('Sw')
  return at === -1 || (reg < 6 && !(at === 0 && reg === 1))
}
