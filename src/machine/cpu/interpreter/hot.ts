import type { Variant } from '../semantics/target.ts'
import type { InterpreterName } from './code-lookup.ts'

/** The switches of an interpreter. The one with vectors has the integer cases that stand beside them most. */
export type SwitchName = 'integer' | 'vector'

/** What code is mostly made of. */
const hot = new Set([
  ...['ADD', 'OR', 'ADC', 'SBB', 'AND', 'SUB', 'XOR', 'CMP', 'TEST', 'INC', 'DEC', 'NEG', 'NOT'],
  ...['MOV', 'MOVZX', 'MOVSX', 'MOVSXD', 'LEA', 'XCHG', 'NOP', 'CBW', 'CWD', 'CMOVcc', 'SETcc'],
  ...['BSWAP', 'MUL', 'IMUL', 'DIV', 'IDIV', 'ROL', 'ROR', 'SHL', 'SHR', 'SAR', 'MOVS', 'STOS', 'LODS'],
  ...['PUSH', 'POP', 'LEAVE', 'JMP', 'Jcc', 'CALL', 'RET', 'LOOP', 'CLC', 'STC', 'CMC', 'CLD', 'STD'],
  ...['BT', 'BSF', 'BSR', 'SHLD', 'SHRD'],
])
/** Rare with memory: their fast handlers are for registers. */
const registerOnly = new Set([
  ...['ADC', 'SBB', 'CMOVcc', 'SETcc', 'NEG', 'NOT', 'POP', 'XCHG', 'BSWAP', 'MUL', 'DIV', 'IDIV'],
  ...['ROL', 'ROR', 'SHL', 'SHR', 'SAR', 'BT', 'BSF', 'BSR', 'SHLD', 'SHRD'],
])
/** Of 128 bits it is a function, and the switch calls none. */
const callsDivision = new Set(['DIV', 'IDIV'])

/** Loops over vectors are made of these and of `vectors`. */
const companions = new Set([
  ...['ADD', 'OR', 'AND', 'SUB', 'XOR', 'CMP', 'TEST', 'INC', 'DEC', 'MOV', 'MOVZX', 'MOVSXD', 'LEA', 'NOP'],
  ...['IMUL', 'SHL', 'SHR', 'SAR', 'PUSH', 'POP', 'LEAVE', 'JMP', 'Jcc', 'CALL', 'RET'],
])
/** What compiled numerics, memcpy, strlen and their like are mostly made of. */
const vectors = new Set([
  ...['MOVAPS', 'MOVAPD', 'MOVUPS', 'MOVUPD', 'MOVDQA', 'MOVDQU', 'MOVNTDQ', 'MOVNTPS'],
  ...['MOVSS', 'MOVSD', 'MOVD', 'MOVQ', 'MOVHPS', 'MOVLPS', 'MOVLHPS', 'MOVHLPS'],
  ...['PXOR', 'XORPS', 'PAND', 'ANDPS', 'ANDPD', 'POR', 'PANDN'],
  ...['PADDB', 'PADDW', 'PADDD', 'PADDQ', 'PSUBB', 'PSUBD', 'PSUBQ', 'PMULLD', 'PMULUDQ'],
  ...['PCMPEQB', 'PCMPEQD', 'PCMPGTD', 'PMINUB', 'PMOVMSKB'],
  ...['PSLLD', 'PSRLD', 'PSLLQ', 'PSRLQ', 'PSRLDQ', 'PSHUFD', 'PSHUFB'],
  ...['UNPCKLPS', 'UNPCKLPD', 'UNPCKHPD', 'PUNPCKLDQ', 'PUNPCKLQDQ', 'PUNPCKHQDQ'],
  ...['ADDSD', 'SUBSD', 'MULSD', 'DIVSD', 'ADDSS', 'MULSS', 'ADDPD', 'MULPD'],
])

/** The switches with a case for it: none where it is rare enough for a call. */
export function switchesOf(
  instruction: string,
  variant: Variant,
  name: InterpreterName,
): readonly SwitchName[] {
  const hasVectors = name === 'long64'
  if (vectors.has(instruction)) return hasVectors ? ['vector'] : []
  if (!isHot(instruction, variant, name)) return []
  return hasVectors && companions.has(instruction) ? ['integer', 'vector'] : ['integer']
}

function isHot(instruction: string, variant: Variant, name: InterpreterName): boolean {
  if (!hot.has(instruction)) return false
  if (variant.bytes === 2 && name !== 'segmented') return false
  if (variant.bytes === 8 && (name !== 'long64' || callsDivision.has(instruction))) return false
  return !(registerOnly.has(instruction) && variant.operands.some((one) => one.shape === 'memory'))
}
