import { type Feature, modelFeatures } from '../table/features.ts'
import { CodeCursor } from './code-cursor.ts'
import { readImmediate } from './immediates.ts'
import { emptyInstruction, type Instruction, none, type Verdict } from './instruction.ts'
import { readModRm, readRegisters } from './modrm.ts'
import type { Plan } from './plan.ts'
import { prefix, prefixTable } from './prefixes.ts'
import { follows, type OpcodeMaps, opcodeMaps, type Slots } from './slots.ts'

export type Bits = 16 | 32 | 64

const maxLength = 15

/**
 * Decodes code for one width (CS.D and CS.L), driven by the table. Faults have the processor's order: an
 * instruction that needs more bytes than there are is `incomplete` before anything else is said about it.
 */
export class Decoder {
  readonly bits: Bits
  readonly #instruction = emptyInstruction()
  readonly #code = new CodeCursor()
  readonly #prefixes: Uint8Array
  readonly #maps: OpcodeMaps
  #hasOperandPrefix = false
  #hasAddressPrefix = false
  #repeat: 0 | 0xf2 | 0xf3 = 0
  #rex = 0

  constructor(bits: Bits, features: ReadonlySet<Feature> = modelFeatures) {
    this.bits = bits
    this.#prefixes = prefixTable(bits === 64)
    this.#maps = opcodeMaps(bits === 64, features)
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
    const first = this.#readPrefixes(instruction, code)
    const slots = first === 0x0f ? this.#readEscapes(instruction, code) : this.#maps.of('one')
    if (first !== 0x0f) instruction.opcode = first
    if (code.short) return 'incomplete'
    this.#reset(instruction)
    const { opcode } = instruction
    const follow = slots.follows[opcode]
    if (follow === follows.modrm) readModRm(instruction, code, this.#rex, this.bits)
    else if (follow === follows.registers) readRegisters(instruction, code, this.#rex)
    else {
      instruction.isMemory = false
      instruction.reg = (opcode >> 3) & 7
      instruction.rm = (opcode & 7) | ((this.#rex & 1) << 3)
    }
    if (code.short) return 'incomplete'
    for (const plan of slots.plansOf(opcode, instruction.reg, instruction.isMemory)) {
      if (this.#matches(plan, instruction)) return this.#finish(plan, instruction, code)
    }
    return 'undefined'
  }

  /** Reads prefixes; answers the byte behind them. A REX that a legacy prefix follows is void. */
  #readPrefixes(instruction: Instruction, code: CodeCursor): number {
    this.#hasOperandPrefix = false
    this.#hasAddressPrefix = false
    this.#repeat = 0
    this.#rex = 0
    instruction.lock = false
    instruction.segment = none
    for (;;) {
      const byte = code.byte()
      const kind = this.#prefixes[byte] ?? prefix.none
      if (kind === prefix.none || code.short) return byte
      this.#rex = kind === prefix.rex ? byte : 0
      if (kind < prefix.operand) {
        // In 64-bit mode the first four are null prefixes (SDM volume 2, 2.1.1).
        if (this.bits !== 64 || kind >= prefix.fs) instruction.segment = kind - prefix.segments
      } else if (kind === prefix.operand) this.#hasOperandPrefix = true
      else if (kind === prefix.address) this.#hasAddressPrefix = true
      else if (kind === prefix.lock) instruction.lock = true
      else if (kind !== prefix.rex) this.#repeat = kind === prefix.repeat ? 0xf3 : 0xf2
    }
  }

  /** Behind 0F: the opcode and its map. */
  #readEscapes(instruction: Instruction, code: CodeCursor): Slots {
    const second = code.byte()
    const isLong = second === 0x38 || second === 0x3a
    instruction.opcode = isLong ? code.byte() : second
    return this.#maps.of(isLong ? (second === 0x38 ? '0f38' : '0f3a') : '0f')
  }

  #reset(instruction: Instruction): void {
    instruction.hasRex = this.#rex !== 0
    instruction.repeat = 0
    instruction.base = none
    instruction.index = none
    instruction.scale = 0
    instruction.ripRelative = false
    instruction.displacement = 0
    instruction.immediateLow = 0
    instruction.immediateHigh = 0
    instruction.operandBytes = this.#operandBytes(this.#hasOperandPrefix)
    if (this.bits === 64) instruction.addressBytes = this.#hasAddressPrefix ? 4 : 8
    else instruction.addressBytes = (this.bits === 16) === this.#hasAddressPrefix ? 4 : 2
  }

  #operandBytes(prefixed: boolean): number {
    if (this.bits === 64) return this.#rex & 8 ? 8 : prefixed ? 2 : 4
    return (this.bits === 16) === prefixed ? 4 : 2
  }

  /** Whether prefixes and ModRM.rm choose this row; everything else has chosen its slot. */
  #matches(plan: Plan, instruction: Instruction): boolean {
    if (plan.rm !== null && plan.rm !== (instruction.rm & 7)) return false
    if (plan.noRexB && (this.#rex & 1) !== 0) return false
    switch (plan.prefix) {
      case null:
        return true
      case 'none':
        return this.#repeat === 0 && !this.#hasOperandPrefix
      case 'nfx':
        return this.#repeat === 0
      case '66':
        return this.#repeat === 0 && this.#hasOperandPrefix
      case 'f2':
        return this.#repeat === 0xf2
      case 'f3':
        return this.#repeat === 0xf3
    }
  }

  #finish(plan: Plan, instruction: Instruction, code: CodeCursor): Verdict {
    const { in64 } = plan
    instruction.row = plan.row
    // A 66 that chose the row is no operand size.
    if (plan.prefix === '66') instruction.operandBytes = this.#operandBytes(false)
    if (this.bits === 64 && in64 !== null) {
      const small = in64 === 'default64' && instruction.operandBytes === 2
      instruction.operandBytes = small ? 2 : 8
    }
    if (plan.isSystemMove) instruction.operandBytes = this.bits === 64 ? 8 : 4
    if (plan.repeats) instruction.repeat = this.#repeat
    for (const kind of plan.immediates) readImmediate(kind, instruction, code)
    if (instruction.lock && !(plan.lock && instruction.isMemory)) return 'undefined'
    if (plan.alwaysUndefined || ((plan.registers >> instruction.reg) & 1) === 0) return 'undefined'
    return 'valid'
  }
}
