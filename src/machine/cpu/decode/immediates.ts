import type { Row } from '../table/row.ts'
import type { CodeCursor } from './code-cursor.ts'
import type { Instruction } from './instruction.ts'

/** Reads what follows ModRM, sign-extended to 64 bits. */
export function readImmediates(row: Row, instruction: Instruction, code: CodeCursor): void {
  for (const kind of row.operands) {
    if (kind === 'Ib' && row.operands[0] === 'Iw') instruction.immediateHigh = code.byte()
    else if (kind === 'Ib' || kind === 'Is' || kind === 'Jb') setSigned(instruction, code.signed8())
    else if (kind === 'Iw') setUnsigned(instruction, code.unsigned16())
    else if (kind === 'Iz' || kind === 'Jz') {
      setSigned(instruction, instruction.operandBytes === 2 ? code.signed16() : code.signed32())
    } else if (kind === 'Iv') readFull(instruction, code)
    else if (kind === 'Ob' || kind === 'Ov') readOffset(instruction, code)
    else if (kind === 'Ap') {
      setUnsigned(instruction, instruction.operandBytes === 2 ? code.unsigned16() : code.signed32())
      instruction.selector = code.unsigned16()
    } else if (kind === '1') setSigned(instruction, 1)
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
