import { invariant } from '../../../support/invariant.ts'
import type { Feature } from './features.ts'
import type { OperandKind } from './operand.ts'

export type { OperandKind } from './operand.ts'

export type OpcodeMap = 'one' | '0f' | '0f38' | '0f3a'

/**
 * Prefixes that choose the row instead of modifying it: 66, F3 or F2; none of the three (NP in the manual);
 * or neither F2 nor F3, while 66 is still the operand size (NFx). The later one of F2 and F3 counts, and
 * 66 chooses nothing beside them.
 */
export type MandatoryPrefix = '66' | 'f3' | 'f2' | 'none' | 'nfx'

/** Whose state must be there to run it, and so which of #UD and #NM CR0, CR4 and XCR0 raise. */
export type FloatingUnit =
  /** x87: #NM if CR0.EM or TS, then a pending #MF. */
  | 'x87'
  /** The same without the pending #MF (FNINIT, FNSTSW…). */
  | 'x87-control'
  /** FWAIT: #NM if CR0.MP and TS, then a pending #MF. */
  | 'wait'
  /** MMX registers: #UD if CR0.EM, #NM if TS, then a pending #MF. */
  | 'mmx'
  /** XMM registers: #UD if CR0.EM or not CR4.OSFXSR, #NM if TS. */
  | 'sse'
  /** Both kinds of registers: as `sse`, then a pending #MF. */
  | 'sse-mmx'
  /** FXSAVE and FXRSTOR: #NM if CR0.EM or TS. */
  | 'fxsave'
  /** XSAVE and its kin: #UD if not CR4.OSXSAVE, #NM if CR0.TS. */
  | 'xsave'
  /** XGETBV and XSETBV: #UD if not CR4.OSXSAVE. */
  | 'xcr'

/** Whether instructions of the unit raise an exception of x87 that is pending. */
export function meetsNumericErrors(unit: FloatingUnit): boolean {
  return unit === 'x87' || unit === 'wait' || unit === 'mmx' || unit === 'sse-mmx'
}

export interface Row {
  /** Its position in the table. */
  readonly id: number
  /** As the manual prints it: `66 0F 3A 0F /r`. */
  readonly encoding: string
  readonly mnemonic: string
  readonly map: OpcodeMap
  /** The first opcode, and how many follow it: 8 registers (`+r`), 16 conditions (`+cc`). */
  readonly opcode: number
  readonly span: number
  readonly condition: boolean
  /** `/digit` in ModRM.reg, or null. */
  readonly extension: number | null
  /** ModRM.rm where it is part of the opcode (0F 01 C8), or null. */
  readonly rm: number | null
  readonly modrm: boolean
  readonly operands: readonly OperandKind[]
  readonly facts: Facts
}

export interface Facts {
  /** General registers that it implies are as wide as the operand size says. */
  readonly sized?: boolean
  /** Valid in 64-bit mode only, or everywhere else. */
  readonly only?: 'long' | 'legacy'
  /** Operand size in 64-bit mode: 8 by default (66 makes it 2), or 8 always (Intel's near branches). */
  readonly in64?: 'default64' | 'forced64'
  /** ModRM.mod must say so, or the row does not match. */
  readonly form?: 'register' | 'memory'
  /** Filled in from the encoding. */
  readonly prefix?: MandatoryPrefix
  /** REX.B makes it another instruction (90). */
  readonly noRexB?: boolean
  /** It exists to raise #UD, or never finds the mode it needs. */
  readonly alwaysUndefined?: boolean
  /** LOCK is allowed when the destination is memory. */
  readonly lock?: boolean
  /** F3 and F2 repeat it: as REP, or while ZF says so. */
  readonly repeat?: 'count' | 'compare'
  /** Faults with #GP(0) unless CPL is 0. */
  readonly privileged?: boolean
  /** #UD in real and virtual-8086 mode. */
  readonly protectedOnly?: boolean
  /** Not there unless the model claims it; rows behind it match instead. */
  readonly cpuid?: Feature
  readonly fpu?: FloatingUnit
  /** A memory operand that is not aligned to its size faults with #GP(0). */
  readonly aligned?: boolean
  /** Exceptions of its own, beside those of memory, privilege and encoding. */
  readonly faults?: readonly string[]
  /** Flags read, written and left undefined, as letters of `oszapc`, `d`, `i`, and `*` for all of RFLAGS. */
  readonly reads?: string
  readonly writes?: string
  readonly undefined?: string
}

export type RowText = readonly [encoding: string, instruction: string, facts?: Facts]

const prefixes: Readonly<Record<string, MandatoryPrefix>> = {
  NP: 'none',
  NFx: 'nfx',
  66: '66',
  F2: 'f2',
  F3: 'f3',
}

/** Operand kinds that make another instruction of a mnemonic. */
const specialOperands: readonly OperandKind[] = ['Cy', 'Dy', 'Sw', 'Pq', 'Qd', 'Qq', 'Nq', 'Mt']

/** Its mnemonic; of moves from and to special registers, of MMX, and of ten bytes the operands too. */
export function instructionName({ mnemonic, operands }: Row): string {
  const isSpecial = operands.some((kind) => specialOperands.includes(kind))
  return isSpecial ? `${mnemonic} ${operands.join(',')}` : mnemonic
}

const escapes: Readonly<Record<string, OpcodeMap>> = { '38': '0f38', '3A': '0f3a' }
const spans: Readonly<Record<string, number>> = { '': 1, '+r': 8, '+cc': 16 }
const hexByte = /^[0-9A-F]{2}/
const behindOpcode = /^(?:\/([0-7r])|([C-F][0-9A-F])(\+i)?)$/

/**
 * Rows from lines as the SDM prints them: `['0F B6 /r', 'MOVZX Gv,Eb']`, `['D8 C0+i', 'FADD ST0,STi']`. Every
 * thread does it to all of them before its first boot: taking arrays to pieces by their iterators, as
 * `[a, b] = …` does, would take longer than all the rest.
 */
export function parseRow(text: RowText, id: number): Row {
  const encoding = text[0]
  const words = encoding.split(' ')
  // 66 0F is a prefix; 66 alone would be an opcode.
  const prefix = words.length > 1 ? prefixes[words[0] ?? ''] : undefined
  let next = prefix === undefined ? 0 : 1
  const isEscaped = words[next] === '0F'
  if (isEscaped) next++
  const table = isEscaped && words.length > next + 1 ? escapes[words[next] ?? ''] : undefined
  if (table !== undefined) next++
  const opcode = words[next] ?? ''
  const span = spans[opcode.slice(2)]
  const rest = words.slice(next + 1)
  const last = rest[0] === undefined ? null : behindOpcode.exec(rest[0])
  const isRow = hexByte.test(opcode) && span !== undefined && rest.length <= 1
  invariant(isRow && (last !== null || rest.length === 0), `an encoding reads like 0F B6 /r, not ${encoding}`)
  const digit = last?.[1]
  const fixed = last?.[2]
  const instruction = text[1].split(' ')
  const operands = instruction[1]
  const modrm = fixed === undefined ? null : Number.parseInt(fixed, 16)
  return {
    id,
    encoding,
    mnemonic: instruction[0] ?? '',
    map: table ?? (isEscaped ? '0f' : 'one'),
    opcode: Number.parseInt(opcode, 16),
    span,
    condition: span === 16,
    extension: modrm !== null ? (modrm >> 3) & 7 : digit && digit !== 'r' ? Number(digit) : null,
    rm: modrm !== null && last?.[3] === undefined ? modrm & 7 : null,
    modrm: last !== null,
    operands: operands === undefined ? [] : (operands.split(',') as OperandKind[]),
    facts: withEncoding(text[2] ?? {}, prefix, modrm !== null),
  }
}

/** The facts that an encoding tells. */
function withEncoding(facts: Facts, prefix: MandatoryPrefix | undefined, isFixed: boolean): Facts {
  if (prefix === undefined && !isFixed) return facts
  return { ...facts, ...(prefix && { prefix }), ...(isFixed && { form: 'register' as const }) }
}
