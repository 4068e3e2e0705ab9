import type { MandatoryPrefix, OperandKind, Row } from '../table/row.ts'

/** Kinds of operands that bytes behind ModRM hold; `level` is the second one of ENTER. */
export type ImmediateKind = OperandKind | 'level'

/** What the decoder needs of a row, worked out beforehand. */
export interface Plan {
  readonly row: Row
  readonly prefix: MandatoryPrefix | null
  /** ModRM.rm where it is part of the opcode, or null. */
  readonly rm: number | null
  readonly noRexB: boolean
  readonly in64: 'default64' | 'forced64' | null
  /** Operands that are read from the bytes behind ModRM. */
  readonly immediates: readonly ImmediateKind[]
  readonly lock: boolean
  readonly repeats: boolean
  readonly alwaysUndefined: boolean
  /** Registers that ModRM.reg may name, a bit each; #UD for the others. */
  readonly registers: number
  /** Operand size is the mode's, ModRM.mod is ignored: moves of control and debug registers. */
  readonly isSystemMove: boolean
}

const anyRegister = 0xffff
/** CR0, CR2, CR3, CR4 and CR8. */
const controlRegisters = 0x11d
/** With REX.R there is no debug register. */
const debugRegisters = 0xff
/** ES to GS, whatever REX.R says; CS cannot be loaded. */
const readableSegments = 0x3f3f
const loadableSegments = 0x3d3d

export function planOf(row: Row): Plan {
  const { prefix, noRexB, in64, lock, repeat, alwaysUndefined } = row.facts
  return {
    row,
    prefix: prefix ?? null,
    rm: row.rm,
    noRexB: noRexB ?? false,
    in64: in64 ?? null,
    immediates: immediatesOf(row.operands),
    lock: lock ?? false,
    repeats: repeat !== undefined,
    alwaysUndefined: alwaysUndefined ?? false,
    registers: registersOf(row.operands),
    isSystemMove: isSystemMove(row),
  }
}

const behindModRm = /^([IJO]|Ap|1)/

function immediatesOf(operands: readonly OperandKind[]): ImmediateKind[] {
  const kinds = operands.filter((kind) => behindModRm.test(kind))
  return kinds.map((kind, index) => (kinds[index - 1] === 'Iw' ? 'level' : kind))
}

/** MOV to and from control and debug registers (SDM volume 2, MOV). */
export function isSystemMove(row: Row): boolean {
  return row.operands.some((kind) => kind === 'Cy' || kind === 'Dy')
}

function registersOf(operands: readonly OperandKind[]): number {
  if (operands.includes('Cy')) return controlRegisters
  if (operands.includes('Dy')) return debugRegisters
  if (operands[0] === 'Sw') return loadableSegments
  return operands[1] === 'Sw' ? readableSegments : anyRegister
}
