import { type Instruction, operandSize } from './decode/instruction.ts'
import { registerAddress, shape, shapeOf, vectorBytes } from './micro-op.ts'
import type { OperandKind, Row } from './table/row.ts'

/** A register operand's field: a number in ModRM or the opcode, times `stride`; or `fixed`. */
interface FieldSource {
  readonly from: 'rm' | 'reg' | null
  readonly mask: number
  readonly stride: number
  readonly fixed: number
  /** AH to BH have addresses of their own. */
  readonly isByte: boolean
}

/** What micro-ops of all instructions of a row have in common. */
export interface RowLayout {
  readonly row: Row | null
  readonly fields: readonly FieldSource[]
  /** `microOp.shapes` of a register form, and of a memory form. */
  readonly shapes: number
  readonly memoryShapes: number
  /** Its first operand is relative. */
  readonly isBranch: boolean
  readonly isFarPointer: boolean
  /** An operand's address is an immediate. */
  readonly isAbsolute: boolean
  /** It names an address and reads nothing there: LEA and its like. */
  readonly isAddressOnly: boolean
  /** Its addresses are implied. */
  readonly isString: boolean
  /** The micro-op holds its opcode as FNSTENV tells it. */
  readonly isX87: boolean
}

const known: RowLayout[] = []
const noRow = makeLayout(null)

export function layoutOf(row: Row | null): RowLayout {
  if (row === null) return noRow
  const before = known[row.id]
  if (before?.row === row) return before
  const made = makeLayout(row)
  known[row.id] = made
  return made
}

function makeLayout(row: Row | null): RowLayout {
  const operands = row?.operands ?? []
  const [first = ''] = operands
  return {
    row,
    fields: operands.slice(0, 3).map(fieldSource),
    shapes: shapesOf(operands, false),
    memoryShapes: shapesOf(operands, true),
    isBranch: first[0] === 'J',
    isFarPointer: first === 'Ap',
    isAbsolute: operands.some((kind) => kind[0] === 'O'),
    isAddressOnly: operands.includes('M'),
    isString: row?.facts.repeat !== undefined || first[0] === 'X',
    isX87: row?.facts.fpu === 'x87' || row?.facts.fpu === 'x87-control',
  }
}

function shapesOf(operands: readonly OperandKind[], isMemory: boolean): number {
  return [0, 1, 2].reduce((shapes, index) => {
    const kind = operands[index]
    return shapes | ((kind ? shapeOf(kind, isMemory) : shape.none) << (2 * index))
  }, 0xc0)
}

const general = 8

function fieldSource(kind: OperandKind): FieldSource {
  const source = (from: 'rm' | 'reg' | null, stride: number, mask = 15, fixed = 0) => {
    return { from, stride, mask, fixed, isByte: stride === general && operandSize(kind, 4) === 1 }
  }
  if (kind === 'ST0') return source(null, 0)
  if (kind === 'STi') return source('rm', vectorBytes, 7)
  switch (kind[0]) {
    case 'E':
    case 'Z':
    case 'R':
      return source('rm', general)
    case 'G':
      return source('reg', general)
    case 'C':
      return kind === 'CL' ? source(null, 0, 0, 8) : source('reg', 1)
    case 'D':
      return kind === 'DX' ? source(null, 0, 0, 16) : source('reg', 1)
    case 'S':
      return source('reg', 1, 7)
    case 'V':
      return source('reg', vectorBytes)
    case 'U':
    case 'W':
      return source('rm', vectorBytes)
    case 'P':
      return source('reg', vectorBytes, 7)
    case 'N':
    case 'Q':
      return source('rm', vectorBytes, 7)
    default:
      return source(null, 0)
  }
}

/** What the field of a register operand holds. */
export function registerField(source: FieldSource | undefined, instruction: Instruction): number {
  if (source === undefined) return 0
  const { from, mask, stride, fixed, isByte } = source
  if (from === null) return fixed
  const number = (from === 'rm' ? instruction.rm : instruction.reg) & mask
  return isByte ? registerAddress(number, 1, instruction.hasRex) : number * stride
}
