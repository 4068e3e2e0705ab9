import { invariant } from '../../../support/invariant.ts'

/**
 * Operands as the opcode map of the Intel SDM (volume 2, appendix A.2) writes them: where (E: ModRM.rm,
 * G: ModRM.reg, Z: low bits of the opcode, I: immediate, J: relative, O: offset, M: memory only, C: control
 * register, S: segment register, A: far pointer, X and Y: string source and destination, R: ModRM.rm as a
 * register), then how large (b, w, d, q; v: operand size; z: at most 4; y: 4 or 8; s: sign-extended byte).
 */
export type OperandKind =
  | ('Eb' | 'Ew' | 'Ez' | 'Ev' | 'Gb' | 'Gv' | 'Zb' | 'Zv' | 'Ib' | 'Is' | 'Iw' | 'Iz' | 'Iv')
  | ('Jb' | 'Jz' | 'Ob' | 'Ov' | 'M' | 'Mb' | 'Ms' | 'Cy' | 'Ry' | 'Sw' | 'Ap' | 'Xb' | 'Xv' | 'Yb' | 'Yv')
  | ('AL' | 'rAX' | 'eAX' | 'DX' | 'CL' | '1')

export interface Row {
  /** Its position in the table. */
  readonly id: number
  readonly mnemonic: string
  readonly map: OpcodeMap
  /** The first opcode, and how many follow it: 8 registers (`+r`), 16 conditions (`+cc`). */
  readonly opcode: number
  readonly span: number
  readonly condition: boolean
  /** `/digit` in ModRM.reg, or null. */
  readonly extension: number | null
  readonly modrm: boolean
  readonly operands: readonly OperandKind[]
  readonly facts: Facts
}

export type OpcodeMap = 'one' | '0f'

export interface Facts {
  /** Valid in 64-bit mode only, or everywhere else. */
  readonly only?: 'long' | 'legacy'
  /** Operand size in 64-bit mode: 8 by default (66 makes it 2), or 8 always (Intel's near branches). */
  readonly in64?: 'default64' | 'forced64'
  readonly form?: 'register' | 'memory'
  /** A mandatory F3, or none; and no REX.B in either case. */
  readonly prefix?: 'f3' | 'none'
  /** LOCK is allowed when the destination is memory. */
  readonly lock?: boolean
  /** F3 and F2 repeat it: as REP, or while ZF says so. */
  readonly repeat?: 'count' | 'compare'
  /** Faults with #GP(0) unless CPL is 0. */
  readonly privileged?: boolean
  /** Flags read, written and left undefined, as letters of `oszapc` and `d`, `i`. */
  readonly reads?: string
  readonly writes?: string
  readonly undefined?: string
}

export type RowText = readonly [encoding: string, instruction: string, facts?: Facts]

/** Rows from lines as the SDM prints them: `['0F B6 /r', 'MOVZX Gv,Eb']`. */
export function parseRow([encoding, instruction, facts = {}]: RowText, id: number): Row {
  const match = /^(0F )?([0-9A-F]{2})(\+r|\+cc)?( \/(\d|r))?$/.exec(encoding)
  invariant(match, `an encoding reads like 0F B6 /r, not ${encoding}`)
  const [, twoBytes, opcode = '', plus, modrm, digit = 'r'] = match
  const [mnemonic = '', operands = ''] = instruction.split(' ')
  return {
    id,
    mnemonic,
    map: twoBytes ? '0f' : 'one',
    opcode: Number.parseInt(opcode, 16),
    span: plus === '+r' ? 8 : plus === '+cc' ? 16 : 1,
    condition: plus === '+cc',
    extension: modrm && digit !== 'r' ? Number(digit) : null,
    modrm: modrm !== undefined,
    operands: operands === '' ? [] : (operands.split(',') as OperandKind[]),
    facts,
  }
}
