import type { Row } from '../table/row.ts'

export { operandSize } from '../table/operand.ts'

export type Verdict =
  | 'valid'
  /** #UD on the processor. */
  | 'undefined'
  /** More than 15 bytes: #GP. */
  | 'tooLong'
  /** The bytes given end before the instruction does. */
  | 'incomplete'

/** `none` stands for no register. */
export const none = -1

/** One decoded instruction. The decoder fills the same object again and again. */
export interface Instruction {
  verdict: Verdict
  row: Row | null
  length: number
  /** 2, 4 or 8. An operand whose kind says otherwise has its own size. */
  operandBytes: number
  addressBytes: number
  /** ES, CS, SS, DS, FS, GS as 0 to 5: the override, or `none`. */
  segment: number
  lock: boolean
  /** F3 or F2 where they repeat, else 0. */
  repeat: 0 | 0xf2 | 0xf3
  /** SPL, BPL, SIL, DIL instead of AH to BH. */
  hasRex: boolean
  opcode: number
  /** ModRM as it is; undefined of instructions without. */
  modrm: number
  /** ModRM.reg and ModRM.rm or the opcode's register, each with its REX bit. */
  reg: number
  rm: number
  isMemory: boolean
  base: number
  index: number
  /** As a shift, 0 to 3. */
  scale: number
  ripRelative: boolean
  displacement: number
  /** An immediate, sign-extended to 64 bits; a far pointer's or moffs' offset; both immediates of ENTER. */
  immediateLow: number
  immediateHigh: number
  /** A far pointer's selector. */
  selector: number
}

export function emptyInstruction(): Instruction {
  return {
    verdict: 'valid',
    row: null,
    length: 0,
    operandBytes: 4,
    addressBytes: 4,
    segment: none,
    lock: false,
    repeat: 0,
    hasRex: false,
    opcode: 0,
    modrm: 0,
    reg: 0,
    rm: 0,
    isMemory: false,
    base: none,
    index: none,
    scale: 0,
    ripRelative: false,
    displacement: 0,
    immediateLow: 0,
    immediateHigh: 0,
    selector: 0,
  }
}
