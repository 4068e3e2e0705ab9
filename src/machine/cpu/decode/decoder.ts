import type { OpcodeMap, Row } from '../table/row.ts'
import { rows } from '../table/rows.ts'
import { CodeCursor } from './code-cursor.ts'
import { readImmediates } from './immediates.ts'
import { emptyInstruction, type Instruction, none, type Verdict } from './instruction.ts'
import { readModRm, readRegisters } from './modrm.ts'

export type Bits = 16 | 32 | 64

const maxLength = 15

type Slots = readonly (readonly Row[])[]

const slots: Readonly<Record<OpcodeMap, Slots>> = { one: slotsOf('one'), '0f': slotsOf('0f') }

function slotsOf(map: OpcodeMap): Slots {
  return Array.from({ length: 256 }, (_, opcode) =>
    rows.filter((row) => row.map === map && opcode >= row.opcode && opcode < row.opcode + row.span),
  )
}

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

  constructor(bits: Bits) {
    this.bits = bits
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
    let opcode = this.#readPrefixes(instruction, code)
    let map: OpcodeMap = 'one'
    if (opcode === 0x0f) {
      map = '0f'
      opcode = code.byte()
    }
    if (code.short) return 'incomplete'
    instruction.opcode = opcode
    const candidates = slots[map][opcode] ?? []
    const first = candidates[0]
    if (!first) return 'absent'
    this.#setSizes(instruction)
    const { rex } = this.#prefixes
    if (first.operands.includes('Ry')) readRegisters(instruction, code, rex)
    else if (first.modrm) readModRm(instruction, code, rex, this.bits)
    else {
      instruction.isMemory = false
      instruction.rm = (opcode & 7) | ((rex & 1) << 3)
    }
    const row = candidates.find((one) => this.#matches(one, instruction))
    if (code.short) return 'incomplete'
    if (!row) return 'absent'
    return this.#finish(row, instruction, code)
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
    instruction.reg = 0
    instruction.base = none
    instruction.index = none
    instruction.scale = 0
    instruction.ripRelative = false
    instruction.displacement = 0
    instruction.immediateLow = 0
    instruction.immediateHigh = 0
    if (this.bits === 64) {
      instruction.operandBytes = rex & 8 ? 8 : operand ? 2 : 4
      instruction.addressBytes = address ? 4 : 8
    } else {
      instruction.operandBytes = (this.bits === 16) === operand ? 4 : 2
      instruction.addressBytes = (this.bits === 16) === address ? 4 : 2
    }
  }

  #matches(row: Row, instruction: Instruction): boolean {
    const { only, form, prefix } = row.facts
    if (only && (only === 'long') !== (this.bits === 64)) return false
    if (row.extension !== null && row.extension !== (instruction.reg & 7)) return false
    if (form && (form === 'memory') !== instruction.isMemory) return false
    const { repeat, rex } = this.#prefixes
    if (prefix === 'f3') return repeat === 0xf3 && (rex & 1) === 0
    return prefix !== 'none' || (repeat !== 0xf3 && (rex & 1) === 0)
  }

  #finish(row: Row, instruction: Instruction, code: CodeCursor): Verdict {
    const { in64, repeat, lock } = row.facts
    instruction.row = row
    if (this.bits === 64 && in64) {
      const small = in64 === 'default64' && this.#prefixes.operand && instruction.operandBytes !== 8
      instruction.operandBytes = small ? 2 : 8
    }
    if (repeat) instruction.repeat = this.#prefixes.repeat
    if (row.operands.includes('Cy')) return this.#controlRegister(instruction)
    readImmediates(row, instruction, code)
    if (instruction.lock && !(lock && instruction.isMemory)) return 'undefined'
    // CS cannot be loaded, and there are six segment registers.
    if (row.operands[0] === 'Sw' && ((instruction.reg & 7) === 1 || (instruction.reg & 7) > 5))
      return 'undefined'
    return 'valid'
  }

  /** The operand size is the mode's (SDM, MOV to and from control registers). */
  #controlRegister(instruction: Instruction): Verdict {
    instruction.operandBytes = this.bits === 64 ? 8 : 4
    const known = [0, 2, 3, 4, 8].includes(instruction.reg)
    return known && !instruction.lock ? 'valid' : 'undefined'
  }
}
