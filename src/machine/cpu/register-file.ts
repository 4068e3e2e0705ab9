import { arithmeticFlags } from './register-bits.ts'
import { state } from './state-layout.ts'

/** The registers that boot plans name. RFLAGS is materialised. */
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

const flag = { cf: 0, pf: 2, af: 4, zf: 6, sf: 7, of: 11 } as const

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
