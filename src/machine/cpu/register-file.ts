import { arithmeticFlags } from './register-bits.ts'
import { rights, segment, state } from './state-layout.ts'

/** The registers that boot plans and tests name. RFLAGS is materialised. */
export interface NamedRegisters {
  /** RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8 to R15. */
  readonly general: readonly bigint[]
  readonly rip: bigint
  readonly rflags: number
  readonly cr0: number
  readonly cr3: bigint
  readonly cr4: number
  readonly efer: number
}

/** With segments as boot code leaves them: all of memory, code of 64 bits where `long`, else of 32. */
export interface RegisterFile extends NamedRegisters {
  readonly long: boolean
}

const flag = { cf: 0, pf: 2, af: 4, zf: 6, sf: 7, of: 11 } as const

export function readRegisterFile(view: DataView): RegisterFile {
  return {
    general: Array.from({ length: 16 }, (_, index) => view.getBigUint64(state.registers + 8 * index, true)),
    rip: view.getBigUint64(state.rip, true),
    rflags: readFlags(view),
    cr0: view.getUint32(state.cr0, true),
    cr3: view.getBigUint64(state.cr3, true),
    cr4: view.getUint32(state.cr4, true),
    efer: view.getUint32(state.efer, true),
    long: view.getInt32(state.long, true) === 1,
  }
}

export function writeRegisterFile(view: DataView, file: RegisterFile): void {
  writeNamed(view, file)
  writeFlatSegments(view, file.long)
  writeTaskRegister(view)
}

export function writeNamed(view: DataView, file: NamedRegisters): void {
  file.general.forEach((value, index) => {
    view.setBigUint64(state.registers + 8 * index, value, true)
  })
  view.setBigUint64(state.rip, file.rip, true)
  writeFlags(view, file.rflags)
  view.setBigUint64(state.cr0, BigInt(file.cr0 >>> 0), true)
  view.setBigUint64(state.cr3, file.cr3, true)
  view.setBigUint64(state.cr4, BigInt(file.cr4 >>> 0), true)
  view.setBigUint64(state.efer, BigInt(file.efer >>> 0), true)
}

function writeFlatSegments(view: DataView, long: boolean): void {
  for (let number = 0; number < 6; number++) {
    const isCode = number === segment.cs
    const width = long && isCode ? rights.long : rights.big
    const type = isCode ? rights.code : 0
    const allowed = rights.present | rights.nonSystem | type | rights.writable | rights.accessed
    view.setBigUint64(state.segmentBases + 8 * number, 0n, true)
    view.setUint32(state.segmentLimits + 4 * number, 0xffff_ffff, true)
    view.setUint32(state.segmentRights + 4 * number, allowed | width | rights.granular, true)
  }
}

/** A busy 32-bit task state, as after power-on: entering long mode asks for one. */
function writeTaskRegister(view: DataView): void {
  view.setUint32(state.segmentLimits + 4 * segment.tr, 0xffff, true)
  view.setUint32(state.segmentRights + 4 * segment.tr, 0x8b, true)
}

/** RFLAGS from the lazy flags. In halves: events come here, and 64-bit integers are slow. */
export function readFlags(view: DataView): number {
  const carries = view.getUint32(state.flagCarries + 4, true)
  const [cf, below] = [carries >>> 31, (carries >>> 30) & 1]
  const af = (view.getUint32(state.flagCarries, true) >>> 3) & 1
  const sf = view.getUint32(state.flagSign + 4, true) >>> 31
  const notZero = view.getInt32(state.flagZero, true) | view.getInt32(state.flagZero + 4, true)
  const arithmetic =
    (cf << flag.cf) |
    (isEven(view.getUint8(state.flagSign)) << flag.pf) |
    (af << flag.af) |
    ((notZero === 0 ? 1 : 0) << flag.zf) |
    (sf << flag.sf) |
    ((cf ^ below) << flag.of)
  return (view.getInt32(state.systemFlags, true) & ~arithmeticFlags) | arithmetic
}

export function writeFlags(view: DataView, rflags: number): void {
  const bit = (number: number) => (rflags >>> number) & 1
  const cf = bit(flag.cf)
  view.setUint32(state.flagCarries, bit(flag.af) << 3, true)
  view.setUint32(state.flagCarries + 4, (cf << 31) | ((cf ^ bit(flag.of)) << 30), true)
  view.setUint32(state.flagSign, 1 - bit(flag.pf), true)
  view.setUint32(state.flagSign + 4, bit(flag.sf) << 31, true)
  view.setUint32(state.flagZero, 1 - bit(flag.zf), true)
  view.setUint32(state.flagZero + 4, 0, true)
  view.setInt32(state.systemFlags, rflags & ~arithmeticFlags, true)
}

/** 1 for an even number of ones. */
function isEven(byte: number): number {
  const folded = byte ^ (byte >> 4)
  return (0x9669 >> (folded & 0xf)) & 1
}
