import type { Bits } from '../../src/machine/cpu/decode/decoder.ts'
import { plainCases, semantics } from '../../src/machine/cpu/semantics/semantics.ts'
import { systemInstructions } from '../../src/machine/cpu/system-instructions.ts'
import { type FloatingUnit, instructionName, type Row } from '../../src/machine/cpu/table/row.ts'
import { system } from '../../src/machine/cpu/table/rows/system.ts'
import type { Widths } from './layout.ts'

/** One way in which instructions of a row look. */
export interface Form extends Widths {
  readonly bytes: 2 | 4 | 8
  readonly isMemory: boolean
}

/** Not for user code, or not to be seen from it: what `table/rows/system.ts` has, and these. */
const systemRows = new Set(
  system.map(([encoding, instruction]) => `${encoding} ${instruction.split(' ')[0]}`),
)
const notHere = new Set(
  'INS OUTS PUSHF POPF JMPF CALLF RETF IRET INT INT1 INT3 INTO LES LDS LSS LFS LGS'.split(' '),
)

const floatingUnits = new Set<FloatingUnit>(['sse', 'mmx', 'sse-mmx', 'x87', 'x87-control', 'wait'])

/**
 * An instruction that we have of x87, MMX or SSE. Environments hold pointers, which vendors keep in ways of
 * their own: they are Bochs's to judge.
 */
export function isFloating(row: Row): boolean {
  const { fpu } = row.facts
  if (!fpu || !floatingUnits.has(fpu)) return false
  if (row.operands.some((kind) => kind === 'Menv' || kind === 'Marea')) return false
  const name = instructionName(row)
  return semantics.has(name) || systemInstructions.has(name)
}

export function isRecorded(row: Row): boolean {
  if (row.facts.alwaysUndefined) return row.mnemonic.startsWith('UD')
  if (systemRows.has(`${row.encoding} ${row.mnemonic}`) || notHere.has(row.mnemonic)) return false
  if (row.operands.some((kind) => kind[0] === 'S') || row.facts.fpu) return false
  return (semantics.has(row.mnemonic) && !plainCases.has(row.mnemonic)) || row.mnemonic === 'ENTER'
}

const sizedWithoutOperands = new Set(
  'PUSHA POPA LEAVE ENTER RET PUSHF POPF IRET RETF SLDT STR SMSW SYSRET SYSEXIT'.split(' '),
)

function isSized(row: Row): boolean {
  if (sizedWithoutOperands.has(row.mnemonic) || row.facts.sized) return true
  return row.operands.some((kind) =>
    /^(?!M)[A-Z](v|z|y)$|^My|^Ma|^Mv|^M$|^M[ps]$|^Ap$|^So$|[re]AX/.test(kind),
  )
}

function sizesOf(row: Row, bits: Bits): readonly (2 | 4 | 8)[] {
  const { in64, prefix } = row.facts
  if (row.operands.some((kind) => kind === 'Cy' || kind === 'Dy')) return [bits === 64 ? 8 : 4]
  const isBranch = row.operands[0]?.[0] === 'J' || ['JMP', 'CALL', 'RET'].includes(row.mnemonic)
  if (bits === 64) {
    // Vendors differ about near branches with an operand size prefix: see `vendor-differences.ts`.
    if (in64 === 'forced64') return [8]
    if (in64 === 'default64') return [2, 8]
    if (!isSized(row)) return [4]
    return prefix === 'none' || prefix === '66' ? [4, 8] : [2, 4, 8]
  }
  const normal = bits === 16 ? 2 : 4
  if (!isSized(row) || prefix === 'none' || prefix === '66') return [normal]
  // A branch of 16 bits leaves the low 64 KiB of flat code.
  return isBranch && bits === 32 ? [4] : [2, 4]
}

export function formsOf(row: Row): Form[] {
  const { only, form } = row.facts
  const hasMemory = row.operands.some((kind) => 'EMQW'.includes(kind[0] ?? ''))
  const shapes = [false, true].filter((isMemory) =>
    isMemory ? hasMemory && form !== 'register' : form !== 'memory',
  )
  const widths = ([64, 32, 16] as const).filter((bits) => !only || (only === 'long') === (bits === 64))
  return widths.flatMap((bits) =>
    stacksOf(row, bits).flatMap((stackBits) =>
      sizesOf(row, bits).flatMap((bytes) => shapes.map((isMemory) => ({ bits, stackBits, bytes, isMemory }))),
    ),
  )
}

const stackUsers = new Set(['PUSH', 'POP', 'PUSHA', 'POPA', 'ENTER', 'LEAVE', 'CALL', 'RET'])

/** 16-bit code may have a 32-bit stack, and the other way round. */
function stacksOf(row: Row, bits: Bits): readonly Bits[] {
  if (bits === 64 || !stackUsers.has(row.mnemonic)) return [bits]
  return [bits, bits === 16 ? 32 : 16]
}

/** The name of a form's vectors. */
export function sectionOf(row: Row, { bits, stackBits, bytes, isMemory }: Form): string {
  const instruction = [row.mnemonic, ...row.operands].join(' ')
  const stack = stackBits === bits ? '' : ` stack of ${stackBits}`
  return `${bits} ${bytes}${isMemory ? ' memory' : ''}${stack}: ${row.encoding}: ${instruction}`
}
