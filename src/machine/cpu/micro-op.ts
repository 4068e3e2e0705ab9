import { state } from './state-layout.ts'
import type { OperandKind } from './table/row.ts'

/** A decoded instruction as the core reads it: 32 bytes, offsets of its fields. */
export const microOp = {
  bytes: 32,
  /** u16: the case of the interpreter's switch; 0 runs the slow handler. */
  handler: 0,
  /** u16: position of the slow handler in the table. */
  slow: 2,
  /**
   * u8 each: the register of operand 0, 1, 2, as the address of its lowest byte; of XMM and MMX registers
   * from the beginning of their file; of x87's from ST(0), 16 for each.
   */
  registers: 4,
  /** u8 each: base and index, as addresses; the shift of the index, or `absolute`. */
  base: 7,
  index: 8,
  scale: 9,
  length: 10,
  /** u8: ES to GS as 0 to 5, for limits and faults. */
  segment: 11,
  /** u16: offset in its page. */
  at: 12,
  /** u8: 2, 4 or 8. */
  addressBytes: 14,
  /** u8: two bits for each operand, see `shape`. */
  shapes: 15,
  /** i64: immediate, or absolute address; a far pointer's offset and selector, i32 each; an opcode of x87. */
  immediate: 16,
  /** i32. Of a RIP-relative address: from the beginning of the page. */
  displacement: 24,
  /** i32. Direct branches: the micro-op they lead to on the same page, once known. Others: u16, their row. */
  link: 28,
  /** u8: 2, 4 or 8; not of direct branches. */
  operandBytes: 30,
} as const

/** A scale that says: the address is the immediate, of 64 bits. Only slow handlers know it. */
export const absolute = 0x80

export const shape = { register: 0, memory: 1, immediate: 2, none: 3 } as const
export type Shape = (typeof shape)[keyof typeof shape]

/** How the micro-op holds an operand of this kind. */
export function shapeOf(kind: OperandKind, isMemory: boolean): Shape {
  switch (kind[0]) {
    case 'E':
    case 'Q':
    case 'W':
      return isMemory ? shape.memory : shape.register
    case 'M':
    case 'O':
      return shape.memory
    case 'I':
    case 'J':
    case '1':
      return shape.immediate
    case 'X':
    case 'Y':
      return shape.none
    case 'A':
      return kind === 'Ap' ? shape.immediate : shape.register
    default:
      return shape.register
  }
}

/** The address of a register's lowest byte: AH to BH are the second bytes of RAX to RBX. */
export function registerAddress(number: number, bytes: number, hasRex: boolean): number {
  return bytes === 1 && !hasRex && number >= 4 && number < 8 ? (number - 4) * 8 + 1 : number * 8
}

/** From one register to the next, also of x87's, which MMX registers are part of. */
export const vectorBytes = 16

/** The address of a register that an instruction implies: rAX to R15, or XMM registers, by their size. */
export function impliedRegister(number: number, bytes: number): number {
  return bytes === vectorBytes ? state.xmm + number * vectorBytes : number * 8
}

/** Where the file of a register operand begins. */
export function registerFile(kind: OperandKind): number {
  if ('VWU'.includes(kind[0] ?? '')) return state.xmm
  return 'PQN'.includes(kind[0] ?? '') ? state.x87 : state.registers
}

export interface Handlers {
  readonly fast: number
  readonly slow: number
}
