import type { CodeCursor } from './code-cursor.ts'
import { type Instruction, none } from './instruction.ts'

/** BX+SI, BX+DI, BP+SI, BP+DI, SI, DI, BP, BX (SDM volume 2, table 2-1). */
const bases16 = [3, 3, 5, 5, 6, 7, 5, 3]
const indexes16 = [6, 7, 6, 7, none, none, none, none]

/** Reads ModRM, SIB and displacement (SDM volume 2, 2.1.3 and 2.2.1). */
export function readModRm(instruction: Instruction, code: CodeCursor, rex: number, bits: number): void {
  const byte = code.byte()
  const mod = byte >> 6
  const rm = byte & 7
  instruction.modrm = byte
  instruction.reg = ((byte >> 3) & 7) | ((rex & 4) << 1)
  instruction.rm = rm | ((rex & 1) << 3)
  instruction.isMemory = mod !== 3
  if (mod === 3) return
  if (instruction.addressBytes === 2) {
    readAddress16(instruction, code, mod, rm)
    return
  }
  if (rm === 4) {
    const sib = code.byte()
    const index = ((sib >> 3) & 7) | ((rex & 2) << 2)
    instruction.index = index === 4 ? none : index
    instruction.scale = sib >> 6
    // Without a displacement, base 5 means none; REX.B does not change that.
    instruction.base = mod === 0 && (sib & 7) === 5 ? none : (sib & 7) | ((rex & 1) << 3)
    if (instruction.base === none) instruction.displacement = code.signed32()
  } else if (mod === 0 && rm === 5) {
    instruction.displacement = code.signed32()
    instruction.ripRelative = bits === 64
  } else {
    instruction.base = rm | ((rex & 1) << 3)
  }
  if (mod === 1) instruction.displacement = code.signed8()
  else if (mod === 2) instruction.displacement = code.signed32()
}

/** MOV to and from control registers names registers whatever ModRM.mod says (SDM volume 2, MOV). */
export function readRegisters(instruction: Instruction, code: CodeCursor, rex: number): void {
  const byte = code.byte()
  instruction.reg = ((byte >> 3) & 7) | ((rex & 4) << 1)
  instruction.rm = (byte & 7) | ((rex & 1) << 3)
  instruction.isMemory = false
}

function readAddress16(instruction: Instruction, code: CodeCursor, mod: number, rm: number): void {
  if (mod === 0 && rm === 6) {
    instruction.displacement = code.unsigned16()
    return
  }
  instruction.base = bases16[rm] ?? none
  instruction.index = indexes16[rm] ?? none
  if (mod === 1) instruction.displacement = code.signed8()
  else if (mod === 2) instruction.displacement = code.signed16()
}
