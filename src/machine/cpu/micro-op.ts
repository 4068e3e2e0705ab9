import { type Instruction, none, operandSize } from './decode/instruction.ts'
import { pageBytes, state } from './state-layout.ts'
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
   * from
   * the beginning of their file.
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
  /** i64: immediate, or absolute address; a far pointer's offset and selector, i32 each. */
  immediate: 16,
  /** i32. Of a RIP-relative address: from the beginning of the page. */
  displacement: 24,
  /** i32. Direct branches: the micro-op they lead to on the same page, once known. Others: u16, their row. */
  link: 28,
  /** u8: 2, 4 or 8; not of direct branches. */
  operandBytes: 30,
} as const

/** A scale that says: the address is the immediate. Only slow handlers know it. */
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
const vectorBytes = 16

/** Where the file of a register operand begins. */
export function registerFile(kind: OperandKind): number {
  if ('VWU'.includes(kind[0] ?? '')) return state.xmm
  return 'PQN'.includes(kind[0] ?? '') ? state.x87 : state.registers
}

/** What a register operand's field holds. */
function registerField(kind: OperandKind, instruction: Instruction): number {
  const bytes = operandSize(kind, instruction.operandBytes)
  switch (kind[0]) {
    case 'E':
    case 'Z':
    case 'R':
      return registerAddress(instruction.rm, bytes, instruction.hasRex)
    case 'G':
      return registerAddress(instruction.reg, bytes, instruction.hasRex)
    case 'C':
      return kind === 'CL' ? 8 : instruction.reg
    case 'S':
      return instruction.reg & 7
    case 'V':
      return instruction.reg * vectorBytes
    case 'U':
    case 'W':
      return instruction.rm * vectorBytes
    case 'P':
      return (instruction.reg & 7) * vectorBytes
    case 'N':
    case 'Q':
      return (instruction.rm & 7) * vectorBytes
    case 'D':
      return kind === 'DX' ? 16 : instruction.reg
    default:
      return 0
  }
}

const segment = { cs: 1, ss: 2, ds: 3, fs: 4, gs: 5 }

/** Whether the interpreter's fast handlers can form this address in their mode. */
export function isPlainAddress(instruction: Instruction, long: boolean): boolean {
  if (!instruction.isMemory) return true
  if (instruction.row?.operands.some((kind) => kind[0] === 'O')) return false
  if (instruction.addressBytes !== (long ? 8 : 4)) return false
  // Flat code cannot be written, and perhaps not read, by way of CS.
  if (instruction.segment === segment.cs && !long) return instruction.row?.operands.includes('M') ?? false
  if (instruction.segment < segment.fs) return true
  // LEA has no use for a segment.
  return instruction.index === none && !instruction.row?.operands.includes('M')
}

export interface Handlers {
  readonly fast: number
  readonly slow: number
}

/**
 * Writes `instruction`, which begins at `offset` of its page, to `to`. `isSegmented`: handlers look at
 * segments themselves.
 */
export function writeMicroOp(
  view: DataView,
  to: number,
  instruction: Instruction,
  offset: number,
  { fast, slow }: Handlers,
  isSegmented: boolean,
): void {
  view.setUint16(to + microOp.handler, fast, true)
  view.setUint16(to + microOp.slow, slow, true)
  const operands = instruction.row?.operands ?? []
  let shapes = 0xff
  for (let index = 0; index < 3; index++) {
    const kind = operands[index]
    view.setUint8(to + microOp.registers + index, kind ? registerField(kind, instruction) : 0)
    if (kind) shapes = (shapes & ~(3 << (2 * index))) | (shapeOf(kind, instruction.isMemory) << (2 * index))
  }
  view.setUint8(to + microOp.shapes, shapes)
  view.setUint8(to + microOp.length, instruction.length)
  view.setUint16(to + microOp.at, offset, true)
  view.setUint8(to + microOp.addressBytes, instruction.addressBytes)
  view.setInt32(to + microOp.immediate, instruction.immediateLow, true)
  view.setInt32(to + microOp.immediate + 4, instruction.immediateHigh, true)
  if (operands[0] === 'Ap') view.setInt32(to + microOp.immediate + 4, instruction.selector, true)
  const isBranch = operands[0]?.[0] === 'J'
  view.setInt32(to + microOp.link, isBranch ? 0 : (instruction.row?.id ?? 0), true)
  if (!isBranch) view.setUint8(to + microOp.operandBytes, instruction.operandBytes)
  writeAddress(view, to, instruction, offset, fast !== 0 && !isSegmented)
}

function writeAddress(
  view: DataView,
  to: number,
  instruction: Instruction,
  offset: number,
  isFlat: boolean,
): void {
  const { base, index, ripRelative } = instruction
  const isStack = base === 4 || base === 5
  const isOverride = instruction.segment !== none
  view.setUint8(to + microOp.segment, isOverride ? instruction.segment : isStack ? segment.ss : segment.ds)
  const ownBase = ripRelative ? state.page : state.zero
  view.setUint8(to + microOp.base, base === none ? ownBase : base * 8)
  // FS and GS are added where an index would be: fast handlers of flat modes form such addresses like any
  // other.
  const segmentAsIndex = isFlat && index === none && instruction.segment >= segment.fs
  const ownIndex = segmentAsIndex ? state.segmentBases + 8 * instruction.segment : state.zero
  view.setUint8(to + microOp.index, index === none ? ownIndex : index * 8)
  const isAbsolute = instruction.row?.operands.some((kind) => kind[0] === 'O')
  view.setUint8(to + microOp.scale, isAbsolute ? absolute : instruction.scale)
  const relative = instruction.displacement + (ripRelative ? offset + instruction.length : 0)
  const tooFar = relative > 0x7fff_ffff
  if (tooFar) view.setUint8(to + microOp.index, state.onePage)
  view.setInt32(to + microOp.displacement, tooFar ? relative - pageBytes : relative, true)
}
