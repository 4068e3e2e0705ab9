import { cr0Bit, eferBit, flagBit } from '../register-bits.ts'
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

/** The CPU's state by name. Numbers are unsigned; RIP is an offset in CS. */
export class CpuState {
  /** All of its buffer. */
  readonly view: DataView
  readonly #bytes: Uint8Array
  readonly #words: Int32Array

  constructor(view: DataView) {
    this.view = view
    this.#bytes = new Uint8Array(view.buffer)
    this.#words = new Int32Array(view.buffer)
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

  /** Sets a range to 0. */
  clear(at: number, bytes: number): void {
    this.#bytes.fill(0, at, at + bytes)
  }

  /** Of whole words. */
  isClear(at: number, bytes: number): boolean {
    let bits = 0
    for (let word = at / 4; word < (at + bytes) / 4; word++) bits |= this.#words[word] ?? 0
    return bits === 0
  }

  /** 0 for RAX to 15 for R15, `bytes` of it (2, 4 or 8), zero-extended. */
  general(number: number, bytes = 8): bigint {
    const whole = this.u64(state.registers + 8 * number)
    return bytes === 8 ? whole : BigInt.asUintN(8 * bytes, whole)
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
