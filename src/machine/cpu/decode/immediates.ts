import type { CodeCursor } from './code-cursor.ts'
import type { Instruction } from './instruction.ts'
import type { ImmediateKind } from './plan.ts'

/** Reads one operand that follows ModRM, sign-extended to 64 bits. */
export function readImmediate(kind: ImmediateKind, instruction: Instruction, code: CodeCursor): void {
  switch (kind) {
    case 'Ib':
    case 'Is':
    case 'Jb':
      setSigned(instruction, code.signed8())
      break
    case 'Iz':
    case 'Jz':
      setSigned(instruction, instruction.operandBytes === 2 ? code.signed16() : code.signed32())
      break
    case 'Iv':
      readFull(instruction, code)
      break
    case 'Iw':
      setUnsigned(instruction, code.unsigned16())
      break
    case 'level':
      instruction.immediateHigh = code.byte()
      break
    case 'Ob':
    case 'Ov':
      readOffset(instruction, code)
      break
    case 'Ap':
      setUnsigned(instruction, instruction.operandBytes === 2 ? code.unsigned16() : code.signed32())
      instruction.selector = code.unsigned16()
      break
    case '1':
      setSigned(instruction, 1)
      break
    default:
  }
}

function setSigned(instruction: Instruction, value: number): void {
  instruction.immediateLow = value
  instruction.immediateHigh = value >> 31
}

function setUnsigned(instruction: Instruction, value: number): void {
  instruction.immediateLow = value
  instruction.immediateHigh = 0
}

function readFull(instruction: Instruction, code: CodeCursor): void {
  if (instruction.operandBytes === 2) setSigned(instruction, code.signed16())
  else setSigned(instruction, code.signed32())
  if (instruction.operandBytes === 8) instruction.immediateHigh = code.signed32()
}

/** The whole address of A0 to A3, as wide as the address size. */
function readOffset(instruction: Instruction, code: CodeCursor): void {
  instruction.isMemory = true
  setUnsigned(instruction, instruction.addressBytes === 2 ? code.unsigned16() : code.signed32())
  if (instruction.addressBytes === 8) instruction.immediateHigh = code.signed32()
}
