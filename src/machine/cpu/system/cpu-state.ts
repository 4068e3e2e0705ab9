import { readFlags, writeFlags } from '../register-file.ts'
import { rights, segment, state } from '../state-layout.ts'

/** A segment register with its hidden part. `rights` as in `state-layout.ts`. */
export interface SegmentCache {
  readonly selector: number
  readonly base: bigint
  /** Last valid offset; of an expand-down segment the last invalid one. */
  readonly limit: number
  readonly rights: number
}

export interface TableRegister {
  readonly base: bigint
  readonly limit: number
}

/** Bits of RFLAGS (SDM volume 1, 3.4.3). */
export const flagBit = {
  carry: 1,
  parity: 4,
  auxiliary: 0x10,
  zero: 0x40,
  sign: 0x80,
  trap: 0x100,
  interrupt: 0x200,
  direction: 0x400,
  overflow: 0x800,
  ioplMask: 0x3000,
  nestedTask: 0x4000,
  resume: 0x1_0000,
  virtual8086: 0x2_0000,
  alignmentCheck: 0x4_0000,
  virtualInterrupt: 0x8_0000,
  virtualInterruptPending: 0x10_0000,
  id: 0x20_0000,
} as const

/** Bits of CR0 (SDM volume 3, 2.5). */
export const cr0Bit = {
  pe: 1,
  mp: 2,
  em: 4,
  ts: 8,
  et: 0x10,
  ne: 0x20,
  wp: 0x1_0000,
  am: 0x4_0000,
  nw: 0x2000_0000,
  cd: 0x4000_0000,
  pg: 0x8000_0000,
} as const

/** Bits of CR4 (SDM volume 3, 2.5). */
export const cr4Bit = {
  vme: 1,
  pvi: 2,
  tsd: 4,
  de: 8,
  pse: 0x10,
  pae: 0x20,
  mce: 0x40,
  pge: 0x80,
  pce: 0x100,
  osfxsr: 0x200,
  osxmmexcpt: 0x400,
  umip: 0x800,
  la57: 0x1000,
  fsgsbase: 0x1_0000,
  pcide: 0x2_0000,
  osxsave: 0x4_0000,
  smep: 0x10_0000,
  smap: 0x20_0000,
  pke: 0x40_0000,
} as const

/** Bits of IA32_EFER (SDM volume 3, 2.2.1). */
export const eferBit = { sce: 1, lme: 0x100, lma: 0x400, nxe: 0x800 } as const

/** The CPU's state by name. Numbers are unsigned; RIP is an offset in CS. */
export class CpuState {
  readonly view: DataView

  constructor(view: DataView) {
    this.view = view
  }

  u32(at: number): number {
    return this.view.getUint32(at, true)
  }

  setU32(at: number, value: number): void {
    this.view.setUint32(at, value, true)
  }

  u64(at: number): bigint {
    return this.view.getBigUint64(at, true)
  }

  setU64(at: number, value: bigint): void {
    this.view.setBigUint64(at, value, true)
  }

  /** 0 for RAX to 15 for R15, `bytes` of it (2, 4 or 8), zero-extended. */
  general(number: number, bytes = 8): bigint {
    return BigInt.asUintN(8 * bytes, this.u64(state.registers + 8 * number))
  }

  /** As an instruction writes it: 4 bytes clear the upper half, 2 leave the rest alone. */
  setGeneral(number: number, value: bigint, bytes = 8): void {
    const at = state.registers + 8 * number
    if (bytes === 2) this.view.setUint16(at, Number(BigInt.asUintN(16, value)), true)
    else this.setU64(at, BigInt.asUintN(8 * bytes, value))
  }

  get rip(): bigint {
    return this.u64(state.rip)
  }

  set rip(value: bigint) {
    this.setU64(state.rip, BigInt.asUintN(64, value))
  }

  /** RFLAGS, materialised. */
  get flags(): number {
    return readFlags(this.view) >>> 0
  }

  set flags(value: number) {
    writeFlags(this.view, value)
  }

  get cr0(): number {
    return this.u32(state.cr0)
  }

  get cr4(): number {
    return this.u32(state.cr4)
  }

  get efer(): number {
    return this.u32(state.efer)
  }

  get cpl(): number {
    return this.u32(state.cpl)
  }

  set cpl(value: number) {
    this.setU32(state.cpl, value)
  }

  get isProtected(): boolean {
    return (this.cr0 & cr0Bit.pe) !== 0
  }

  get isPaging(): boolean {
    return this.cr0 >= cr0Bit.pg
  }

  get isVirtual8086(): boolean {
    return (this.u32(state.systemFlags) & flagBit.virtual8086) !== 0
  }

  /** Real-address mode or virtual-8086: a selector is a paragraph. */
  get hasParagraphs(): boolean {
    return !this.isProtected || this.isVirtual8086
  }

  /** IA-32e mode, 64-bit or compatibility. */
  get isLongMode(): boolean {
    return (this.efer & eferBit.lma) !== 0
  }

  /** 64-bit code runs. */
  get is64Bit(): boolean {
    return this.isLongMode && (this.u32(state.segmentRights + 4 * segment.cs) & rights.long) !== 0
  }

  get iopl(): number {
    return (this.u32(state.systemFlags) & flagBit.ioplMask) >> 12
  }

  /** Bytes of the stack pointer that pushes use: 2, 4 or 8. */
  get stackBytes(): number {
    if (this.is64Bit) return 8
    return this.u32(state.segmentRights + 4 * segment.ss) & rights.big ? 4 : 2
  }

  /** `number` as in `segment`. */
  selector(number: number): number {
    return this.u32(state.selectors + 4 * number)
  }

  segment(number: number): SegmentCache {
    return {
      selector: this.selector(number),
      base: this.u64(baseAt(number)),
      limit: this.u32(state.segmentLimits + 4 * number),
      rights: this.u32(state.segmentRights + 4 * number),
    }
  }

  setSegment(number: number, cache: SegmentCache): void {
    this.setU32(state.selectors + 4 * number, cache.selector)
    this.setU64(baseAt(number), BigInt.asUintN(64, cache.base))
    this.setU32(state.segmentLimits + 4 * number, cache.limit)
    this.setU32(state.segmentRights + 4 * number, cache.rights)
  }

  /**
   * What loading a selector does in real and virtual-8086 mode: limit and rights of real mode stay
   * (unreal), but what was null can be used again, within its limit of 0.
   */
  setParagraph(number: number, selector: number): void {
    const at = state.segmentRights + 4 * number
    this.setU32(at, (this.u32(at) & ~rights.unusable) | rights.present | rights.nonSystem)
    this.setU32(state.selectors + 4 * number, selector)
    this.setU64(baseAt(number), BigInt(selector * 16))
  }

  get gdt(): TableRegister {
    return { base: this.u64(state.gdtBase), limit: this.u32(state.gdtLimit) }
  }

  get idt(): TableRegister {
    return { base: this.u64(state.idtBase), limit: this.u32(state.idtLimit) }
  }
}

function baseAt(number: number): number {
  return number < 6 ? state.segmentBases + 8 * number : state.systemBases + 8 * (number - 6)
}

/** Whether all bits above the sign of a 48-bit address, or a 57-bit one, are equal. */
export function isCanonical(address: bigint, bits: 48 | 57 = 48): boolean {
  return BigInt.asIntN(bits, address) === BigInt.asIntN(64, address)
}
