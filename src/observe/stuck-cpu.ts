import type { HangProof } from './ending.ts'
import type { Registers } from './registers.ts'

/**
 * Why a CPU can never go on by itself. `notStarted`: it waits for a startup message. Only another CPU could
 * wake it, or a non-maskable interrupt, which a PC raises for broken hardware alone.
 */
export type StuckCpu =
  /** `rip`: of the HLT; of a loop with a HLT in it, where the CPU stood in it. */
  | { readonly kind: 'deadHalt'; readonly rip: bigint }
  | { readonly kind: 'hang'; readonly proof: HangProof }
  | { readonly kind: 'notStarted' }

/** The code around a CPU's next instruction. `offset`: in CS, of the first byte. */
export interface CodeWindow {
  readonly offset: bigint
  readonly bytes: Uint8Array
}

const interruptFlag = 1n << 9n
/** Where a CPU stands after reset and INIT (SDM vol. 3 §10.1.4). */
const resetVector = 0xffff_fff0n

/** What has to be read for {@link stuckCpu}, as a linear address; null where the registers alone decide. */
export function wantedCode({
  rflags,
  halted,
  cs,
  rip,
}: Registers): { linear: bigint; offset: bigint } | null {
  if (halted || (rflags & interruptFlag) !== 0n) return null
  return { linear: BigInt.asUintN(64, cs.base + rip), offset: rip }
}

/** Null: it can go on, or nothing proves that it cannot. The CPU must stand still. */
export function stuckCpu(registers: Registers, code: CodeWindow | null): StuckCpu | null {
  const { rflags, halted, rip, cs } = registers
  if ((rflags & interruptFlag) !== 0n) return null
  if (halted) {
    // A halted CPU stands behind its HLT, whose last byte is the opcode.
    const hlt = BigInt.asUintN(64, cs.base + rip - 1n)
    return cs.base + rip === resetVector ? { kind: 'notStarted' } : { kind: 'deadHalt', rip: hlt }
  }
  const loop = code && findLoop(registers, code)
  if (!loop) return null
  if (loop.halts) return { kind: 'deadHalt', rip: cs.base + rip }
  return { kind: 'hang', proof: { rip: cs.base + loop.start, bytes: loop.bytes } }
}

interface Loop {
  readonly halts: boolean
  /** Offset of its lowest instruction. */
  readonly start: bigint
  readonly bytes: Uint8Array
}

const longestLoop = 32

/** Follows the code from RIP: a loop is proven when every instruction does nothing and the way leads back. */
function findLoop(registers: Registers, code: CodeWindow): Loop | null {
  const bits = codeBits(registers)
  const way: { readonly at: number; readonly instruction: Instruction }[] = []
  let at = Number(registers.rip - code.offset)
  while (way.length < longestLoop) {
    const instruction = decode(code.bytes, at, bits, registers.cpl === 0)
    if (instruction === null) return null
    way.push({ at, instruction })
    at = at + instruction.length + instruction.jump
    const first = way.findIndex((step) => step.at === at)
    if (first < 0) continue
    const loop = way.slice(first)
    const start = Math.min(...loop.map((step) => step.at))
    const end = Math.max(...loop.map((step) => step.at + step.instruction.length))
    return {
      halts: loop.some((step) => step.instruction.halts),
      start: code.offset + BigInt(start),
      bytes: code.bytes.slice(start, end),
    }
  }
  return null
}

const longCode = 1 << 21
const defaultSize32 = 1 << 22
const longModeActive = 1n << 10n

/** SDM vol. 3 §3.4.5: the L and D bits of the code segment. */
function codeBits({ cs, efer }: Registers): 16 | 32 | 64 {
  if ((efer & longModeActive) !== 0n && (cs.attributes & longCode) !== 0) return 64
  return (cs.attributes & defaultSize32) !== 0 ? 32 : 16
}

/** An instruction that changes nothing but the instruction pointer. */
interface Instruction {
  readonly length: number
  /** From its end to the next instruction. */
  readonly jump: number
  readonly halts: boolean
}

/** Null: any other instruction, or it is not whole in `bytes`. */
function decode(bytes: Uint8Array, at: number, bits: 16 | 32 | 64, supervisor: boolean): Instruction | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { next, operand16, repeat, extendsRm, address16 } = readPrefixes(bytes, at, bits)
  const opcode = bytes[next]
  if (opcode === undefined) return null
  const instruction = (end: number, jump = 0, halts = false): Instruction | null =>
    end <= bytes.length && end - at <= longestInstruction ? { length: end - at, jump, halts } : null
  // NOP and PAUSE; with REX.B it exchanges R8 and RAX.
  if (opcode === 0x90) return extendsRm ? null : instruction(next + 1)
  if (opcode === 0xfa) return supervisor ? instruction(next + 1) : null
  if (opcode === 0xf4) return supervisor ? instruction(next + 1, 0, true) : null
  if (opcode === 0xeb && next + 2 <= bytes.length) return instruction(next + 2, view.getInt8(next + 1))
  if (opcode === 0xe9) {
    const size = operand16 ? 2 : 4
    // In 64-bit code processors differ on the 16-bit form.
    if ((bits === 64 && operand16) || next + 1 + size > bytes.length) return null
    return instruction(
      next + 1 + size,
      operand16 ? view.getInt16(next + 1, true) : view.getInt32(next + 1, true),
    )
  }
  if (opcode !== 0x0f) return null
  const second = bytes[next + 1]
  const modRm = bytes[next + 2]
  if (modRm === undefined) return null
  if (second === 0x1f) return instruction(next + 3 + addressLength(modRm, bytes[next + 3] ?? 0, address16))
  // ENDBR64 and ENDBR32
  if (second === 0x1e && repeat && (modRm === 0xfa || modRm === 0xfb)) return instruction(next + 3)
  return null
}

const longestInstruction = 15

interface Prefixes {
  /** Of the opcode. */
  readonly next: number
  readonly operand16: boolean
  readonly address16: boolean
  /** F3h */
  readonly repeat: boolean
  /** REX.B */
  readonly extendsRm: boolean
}

const segmentPrefixes = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65]

function readPrefixes(bytes: Uint8Array, at: number, bits: 16 | 32 | 64): Prefixes {
  let next = at
  let operandSize = false
  let addressSize = false
  let repeat = false
  for (; ; next += 1) {
    const byte = bytes[next] ?? 0
    if (byte === 0x66) operandSize = true
    else if (byte === 0x67) addressSize = true
    else if (byte === 0xf3) repeat = true
    else if (!segmentPrefixes.includes(byte)) break
  }
  const rex = bits === 64 && ((bytes[next] ?? 0) & 0xf0) === 0x40 ? bytes[next] : undefined
  return {
    next: rex === undefined ? next : next + 1,
    operand16: (bits === 16) !== operandSize,
    address16: bits === 64 ? false : (bits === 16) !== addressSize,
    repeat,
    extendsRm: ((rex ?? 0) & 1) !== 0,
  }
}

/** How many bytes of SIB and displacement follow a ModRM byte (SDM vol. 2 §2.1.5). */
function addressLength(modRm: number, sib: number, address16: boolean): number {
  const mod = modRm >> 6
  const rm = modRm & 7
  if (mod === 3) return 0
  if (address16) return mod === 0 ? (rm === 6 ? 2 : 0) : mod
  const hasSib = rm === 4
  const base = hasSib ? sib & 7 : rm
  const displacement = mod === 1 ? 1 : mod === 2 || base === 5 ? 4 : 0
  return (hasSib ? 1 : 0) + displacement
}
