import {
  CodeSize,
  CpuidFeature,
  DecoderOptions,
  type Instruction as Iced,
  Decoder as IcedDecoder,
  Mnemonic,
  OpKind,
  Register,
} from 'iced-x86'
import { type Instruction, none, operandSize } from '../../src/machine/cpu/decode/instruction.ts'
import type { OperandKind } from '../../src/machine/cpu/table/row.ts'

/** Intel's reading; hints are NOPs. */
const everything = DecoderOptions.ForceReservedNop | DecoderOptions.NoWbnoinvd
/** Without TZCNT and LZCNT, F3 says nothing to BSF and BSR. */
const ourModel = everything | DecoderOptions.NoMPFX_0FBC | DecoderOptions.NoMPFX_0FBD

export interface Opinion {
  readonly text: string
  readonly length: number
  /** The CPUID bits that iced-x86 wants for it. */
  readonly features: readonly string[]
}

/**
 * The second opinion on bytes: text of one instruction as iced-x86 reads it, in the words of `spell`, with
 * what our model claims or with every feature.
 */
export function secondOpinion(bits: number, bytes: Uint8Array, isModel: boolean): Opinion | null {
  const decoder = new IcedDecoder(bits, bytes, isModel ? ourModel : everything)
  const instruction = decoder.decode()
  const opinion = instruction.isInvalid
    ? null
    : { text: spellIced(instruction), length: instruction.length, features: featuresOf(instruction) }
  instruction.free()
  decoder.free()
  return opinion
}

function featuresOf(instruction: Iced): string[] {
  return [...instruction.cpuidFeatures()].map((feature) => CpuidFeature[feature] ?? '')
}

function spellIced(instruction: Iced): string {
  const name = Mnemonic[instruction.mnemonic]?.toLowerCase()
  if (name === 'reservednop') return `nop ${spellOperand(instruction, 0)}`
  const operands: string[] = []
  for (let index = 0; index < instruction.opCount; index++) {
    if (!masked.has(instruction.opKind(index))) operands.push(spellOperand(instruction, index))
  }
  return [name, operands.join(' ')].join(' ').trim()
}

const hex = (value: bigint) => BigInt.asUintN(64, value).toString(16)
const implied = [OpKind.MemorySegSI, OpKind.MemoryESEDI, OpKind.MemoryESRDI, OpKind.MemoryESDI]
const near = [OpKind.NearBranch16, OpKind.NearBranch32, OpKind.NearBranch64]
const isString = new Set([...implied, OpKind.MemorySegESI, OpKind.MemorySegRSI])
/** The destination of MASKMOVQ, which the table does not list. */
const masked = new Set([OpKind.MemorySegDI, OpKind.MemorySegEDI, OpKind.MemorySegRDI])

function spellOperand(instruction: Iced, index: number): string {
  const kind = instruction.opKind(index)
  if (kind === OpKind.Register) return registerName(instruction.opRegister(index))
  if (kind === OpKind.Memory) return spellMemory(instruction)
  if (near.includes(kind)) return `to ${hex(BigInt.asIntN(64, instruction.nearBranchTarget))}`
  if (kind === OpKind.FarBranch32 || kind === OpKind.FarBranch16) {
    const offset = kind === OpKind.FarBranch32 ? instruction.farBranch32 : instruction.farBranch16
    return `far ${instruction.farBranchSelector.toString(16)}:${(offset >>> 0).toString(16)}`
  }
  if (isString.has(kind)) return 'string'
  return hex(instruction.immediate(index))
}

function registerName(register: Register): string {
  return (Register[register] ?? '').toLowerCase()
}

/** Null prefixes of 64-bit mode are not spelled. */
function spellMemory(instruction: Iced): string {
  const base = registerName(instruction.memoryBase)
  const prefix = registerName(instruction.segmentPrefix)
  const segment = prefix === 'none' || (isLong(instruction) && !/[fg]s/.test(prefix)) ? '' : prefix
  const parts = [
    base === 'none' ? '' : base,
    instruction.memoryIndex === Register.None
      ? ''
      : `${registerName(instruction.memoryIndex)}*${instruction.memoryIndexScale}`,
  ]
  // iced resolves RIP to the address itself, with the instruction at 0.
  return `[${segment}:${parts.filter(Boolean).join('+')}+${hex(instruction.memoryDisplacement)}]`
}

const isLong = (instruction: Iced) => instruction.codeSize === CodeSize.Code64

const conditions = ['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a', 's', 'ns', 'p', 'np', 'l', 'ge', 'le', 'g']
const sized = new Set(['MOVS', 'CMPS', 'STOS', 'LODS', 'SCAS', 'INS', 'OUTS'])
/** Names that depend on the operand size. */
const bySize = new Map([
  ['CBW', { 2: 'cbw', 4: 'cwde', 8: 'cdqe' }],
  ['CWD', { 2: 'cwd', 4: 'cdq', 8: 'cqo' }],
  ['PUSHF', { 2: 'pushf', 4: 'pushfd', 8: 'pushfq' }],
  ['POPF', { 2: 'popf', 4: 'popfd', 8: 'popfq' }],
  ['PUSHA', { 2: 'pusha', 4: 'pushad', 8: '' }],
  ['POPA', { 2: 'popa', 4: 'popad', 8: '' }],
  ['IRET', { 2: 'iret', 4: 'iretd', 8: 'iretq' }],
  ['SYSRET', { 2: 'sysret', 4: 'sysret', 8: 'sysretq' }],
  ['SYSEXIT', { 2: 'sysexit', 4: 'sysexit', 8: 'sysexitq' }],
  ['CMPXCHG8B', { 2: 'cmpxchg8b', 4: 'cmpxchg8b', 8: 'cmpxchg16b' }],
])
/** With REX.W. */
const wide = new Map([
  ['MOVD', 'movq'],
  ['PEXTRD', 'pextrq'],
  ['PINSRD', 'pinsrq'],
  ...['FXSAVE', 'FXRSTOR', 'XSAVE', 'XRSTOR', 'XSAVEOPT', 'XSAVEC', 'XSAVES', 'XRSTORS'].map(
    (name) => [name, `${name.toLowerCase()}64`] as const,
  ),
  ...['PCMPESTRI', 'PCMPESTRM'].map((name) => [name, `${name.toLowerCase()}64`] as const),
])
const renamed = new Map([
  ['JMPF', 'jmp'],
  ['CALLF', 'call'],
  ['PUSHS', 'push'],
  ['POPS', 'pop'],
  ['XLAT', 'xlatb'],
  ['PREFETCH', 'nop'],
])
const letters: Record<number, string> = { 1: 'b', 2: 'w', 4: 'd', 8: 'q' }
const names = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di']
const segments = ['es', 'cs', 'ss', 'ds', 'fs', 'gs']

/** Our own decoding in the same words. */
export function spell(instruction: Instruction, bits: number): string {
  const { row } = instruction
  if (!row) return instruction.verdict
  const operands = row.operands.map((kind) => spellOurs(kind, instruction, bits))
  const shown = ['CBW', 'CWD'].includes(row.mnemonic) ? [] : operands
  if (row.mnemonic === 'XLAT') shown.push(spellTable(instruction))
  return [spellMnemonic(instruction), shown.join(' ')].join(' ').trim()
}

/** XLAT's implied operand: rBX + AL. */
function spellTable({ addressBytes, segment }: Instruction): string {
  return `[${segments[segment] ?? ''}:${spellRegister(3, addressBytes, true)}+al*1+0]`
}

function spellMnemonic(instruction: Instruction): string {
  const { mnemonic = '', operands = [] } = instruction.row ?? {}
  const bytes = instruction.operandBytes as 2 | 4 | 8
  const names = bySize.get(mnemonic)
  if (names) return names[bytes]
  if (sized.has(mnemonic)) {
    const kind = operands.find((one) => one[0] === 'X' || one[0] === 'Y') ?? 'Yv'
    return `${mnemonic.toLowerCase()}${letters[operandSize(kind, bytes)]}`
  }
  if (mnemonic === 'JCXZ') return { 2: 'jcxz', 4: 'jecxz', 8: 'jrcxz' }[instruction.addressBytes] ?? ''
  if (bytes === 8 && wide.has(mnemonic)) return wide.get(mnemonic) ?? ''
  if (mnemonic === 'SHL' && instruction.row?.extension === 6) return 'sal'
  if (mnemonic.endsWith('cc'))
    return `${mnemonic.slice(0, -2).toLowerCase()}${conditions[instruction.opcode & 15]}`
  return renamed.get(mnemonic) ?? mnemonic.toLowerCase()
}

function spellRegister(number: number, bytes: number, hasRex: boolean): string {
  if (number >= 8) return `r${number}${{ 1: 'l', 2: 'w', 4: 'd' }[bytes] ?? ''}`
  const name = names[number] ?? ''
  if (bytes === 1) {
    if (number < 4) return `${name[0]}l`
    return hasRex ? `${name}l` : `${names[number - 4]?.[0]}h`
  }
  return `${{ 2: '', 4: 'e' }[bytes] ?? 'r'}${name}`
}

/** iced shows the whole register that a selector is read from or written to. */
function holdsSelector({ row }: Instruction): boolean {
  return row?.map === 'one' || (row?.opcode ?? 0) < 4
}

function spellOurs(kind: OperandKind, instruction: Instruction, bits: number): string {
  const selector = (kind === 'Ew' || kind === 'Gw') && holdsSelector(instruction)
  const bytes = selector ? instruction.operandBytes : operandSize(kind, instruction.operandBytes)
  const register = (number: number) => spellRegister(number, bytes, instruction.hasRex)
  const immediate = () => (BigInt(instruction.immediateHigh) << 32n) | BigInt(instruction.immediateLow >>> 0)
  switch (kind[0]) {
    case 'V':
      return `xmm${instruction.reg}`
    case 'P':
      return `mm${instruction.reg & 7}`
    case 'N':
      return `mm${instruction.rm & 7}`
    case 'U':
      return `xmm${instruction.rm}`
    case 'W':
      return instruction.isMemory ? spellOurMemory(instruction) : `xmm${instruction.rm}`
    case 'Q':
      return instruction.isMemory ? spellOurMemory(instruction) : `mm${instruction.rm & 7}`
    case 'E':
    case 'M':
      return instruction.isMemory ? spellOurMemory(instruction) : register(instruction.rm)
    case 'O':
      return `[${segments[instruction.segment] ?? ''}:+${hex(immediate())}]`
    case 'G':
      return register(instruction.reg)
    case 'Z':
    case 'R':
      return register(instruction.rm)
    case 'I':
      if (kind === 'Ib' && instruction.row?.operands[0] === 'Iw')
        return hex(BigInt(instruction.immediateHigh))
      return hex(
        kind === 'Is'
          ? immediate()
          : BigInt.asUintN(8 * (kind === 'Iz' ? instruction.operandBytes : bytes), immediate()),
      )
    case 'J':
      return `to ${hex(branchTarget(instruction, bits))}`
    case 'A':
      if (kind === 'AL' || kind === 'AX') return kind.toLowerCase()
      return `far ${instruction.selector.toString(16)}:${(instruction.immediateLow >>> 0).toString(16)}`
    case 'X':
    case 'Y':
      return 'string'
    case 'C':
      return kind === 'CL' ? 'cl' : `cr${instruction.reg}`
    case 'S':
      if (kind === 'ST0' || kind === 'STi') return `st${kind === 'ST0' ? 0 : instruction.rm & 7}`
      return segments[instruction.reg & 7] ?? ''
    case 'r':
    case 'e':
      return register(0)
    case 'D':
      return kind === 'DX' ? 'dx' : `dr${instruction.reg}`
    default:
      return '1'
  }
}

function branchTarget(instruction: Instruction, bits: number): bigint {
  const target = BigInt(instruction.length + instruction.immediateLow)
  if (bits === 64) return BigInt.asIntN(64, target)
  return BigInt.asUintN(8 * instruction.operandBytes, target)
}

function spellOurMemory(instruction: Instruction): string {
  const { addressBytes, base, index, scale, displacement, length, ripRelative } = instruction
  const name = (number: number) => spellRegister(number, addressBytes, true)
  const parts = [
    ripRelative ? (addressBytes === 8 ? 'rip' : 'eip') : base === none ? '' : name(base),
    index === none ? '' : `${name(index)}*${1 << scale}`,
  ]
  const whole = BigInt(displacement) + (ripRelative ? BigInt(length) : 0n)
  const wrapped = addressBytes === 8 ? whole : BigInt.asUintN(8 * addressBytes, whole)
  return `[${segments[instruction.segment] ?? ''}:${parts.filter(Boolean).join('+')}+${hex(wrapped)}]`
}
