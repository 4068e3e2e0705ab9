import { status } from './interpreter/status.ts'
import { microOp } from './micro-op.ts'
import { state } from './state-layout.ts'
import { rows } from './table/rows.ts'

/** Bits of CR0, CR4 and EFER (SDM volume 3, 2.5 and 2.2.1). */
const cr0Bit = { pe: 1, wp: 1 << 16, pg: 2 ** 31 } as const
const knownCr0 = 0x8005_003f
const cr4Pae = 1 << 5
/** PSE, PAE, PGE, OSFXSR, OSXMMEXCPT. */
const knownCr4 = 0x6b0
const efer = { sce: 1, lme: 1 << 8, lma: 1 << 10, nxe: 1 << 11 } as const
const eferNumber = 0xc000_0080
const register = { rax: 0, rcx: 8, rdx: 16 } as const

/** Flags and access byte of flat descriptors at ring 0, accessed: all that can be loaded yet. */
const flat = { code32: 0xcf9b, data: 0xcf93, code64: 0x20_9b } as const

export interface SystemPort {
  flushTlb(): void
  /** The address in this memory of 8 readable bytes at a linear address, or null. */
  peekable(linear: number): number | null
}

/**
 * Rare system instructions, in TypeScript over the state. What they cannot do exactly yet, they answer with
 * `absent`: never a wrong result.
 */
export class SystemInstructions {
  readonly #view: DataView
  readonly #port: SystemPort

  constructor(view: DataView, port: SystemPort) {
    this.#view = view
    this.#port = port
  }

  run(uop: number): number {
    const row = rows[this.#view.getUint16(uop + microOp.link, true)]
    const operand = (index: number) => this.#view.getUint8(uop + microOp.registers + index)
    switch (row?.mnemonic) {
      case 'MOV':
        if (row.operands[0] === 'Cy') return this.#writeControl(uop, operand(0), operand(1))
        if (row.operands[1] === 'Cy') return this.#readControl(uop, operand(0), operand(1))
        return this.#loadSegment(uop, operand(0), operand(1))
      case 'RDMSR':
        return this.#readMsr(uop)
      case 'WRMSR':
        return this.#writeMsr(uop)
      case 'JMPF':
        return this.#farJump(uop)
      default:
        return status.absent
    }
  }

  #goOn(uop: number): number {
    const at = this.#view.getUint16(uop + microOp.at, true) + this.#view.getUint8(uop + microOp.length)
    this.#view.setBigUint64(state.rip, this.#view.getBigUint64(state.page, true) + BigInt(at), true)
    return status.mode
  }

  #readControl(uop: number, to: number, number: number): number {
    const from = { 0: state.cr0, 2: state.cr2, 3: state.cr3, 4: state.cr4 }[number]
    if (from === undefined) return status.absent
    this.#view.setBigUint64(to, this.#view.getBigUint64(from, true), true)
    return this.#goOn(uop)
  }

  #writeControl(uop: number, number: number, from: number): number {
    const low = this.#view.getUint32(from, true)
    const high = this.#view.getUint32(from + 4, true)
    if (high !== 0) return status.absent
    if (number === 0 && !this.#writeCr0(low)) return status.absent
    if (number === 4 && !this.#writeCr4(low)) return status.absent
    if (number === 3) this.#view.setBigUint64(state.cr3, BigInt(low), true)
    if (![0, 3, 4].includes(number)) return status.absent
    this.#port.flushTlb()
    return this.#goOn(uop)
  }

  /** Turning paging on with EFER.LME enters long mode (SDM volume 3, 10.8.5). */
  #writeCr0(value: number): boolean {
    const before = this.#view.getUint32(state.cr0, true)
    const extended = this.#view.getUint32(state.efer, true)
    const pages = value >= cr0Bit.pg
    if ((value & ~knownCr0) !== 0 || (value & cr0Bit.pe) === 0) return false
    if (before >= cr0Bit.pg && !pages) return false
    if (pages) {
      const pae = (this.#view.getUint32(state.cr4, true) & cr4Pae) !== 0
      if ((extended & efer.lme) === 0 || !pae) return false
      this.#view.setUint32(state.efer, extended | efer.lma, true)
    }
    this.#view.setUint32(state.cr0, value, true)
    return true
  }

  #writeCr4(value: number): boolean {
    const isLong = (this.#view.getUint32(state.efer, true) & efer.lma) !== 0
    if ((value & ~knownCr4) !== 0 || (isLong && (value & cr4Pae) === 0)) return false
    this.#view.setUint32(state.cr4, value, true)
    return true
  }

  #readMsr(uop: number): number {
    if (this.#view.getUint32(register.rcx, true) !== eferNumber) return status.absent
    this.#view.setBigUint64(register.rax, BigInt(this.#view.getUint32(state.efer, true)), true)
    this.#view.setBigUint64(register.rdx, 0n, true)
    return this.#goOn(uop)
  }

  #writeMsr(uop: number): number {
    const [low, high] = [this.#view.getUint32(register.rax, true), this.#view.getUint32(register.rdx, true)]
    const before = this.#view.getUint32(state.efer, true)
    const known = efer.sce | efer.lme | efer.lma | efer.nxe
    const pages = this.#view.getUint32(state.cr0, true) >= cr0Bit.pg
    if (this.#view.getUint32(register.rcx, true) !== eferNumber || high !== 0) return status.absent
    if ((low & ~known) !== 0 || (pages && ((low ^ before) & efer.lme) !== 0)) return status.absent
    this.#view.setUint32(state.efer, (low & ~efer.lma) | (before & efer.lma), true)
    this.#port.flushTlb()
    return this.#goOn(uop)
  }

  /** Segment registers take null in 64-bit mode, and flat data elsewhere. */
  #loadSegment(uop: number, number: number, from: number): number {
    const isRegister = (this.#view.getUint8(uop + microOp.shapes) & 0xc) === 0
    const selector = this.#view.getUint16(from, true)
    const isLong = this.#view.getInt32(state.long, true) === 1
    const isNull = isLong && selector === 0
    if (!isRegister || !(isNull || this.#descriptor(selector) === flat.data)) return status.absent
    this.#view.setInt32(state.selectors + 4 * number, selector, true)
    this.#view.setBigUint64(state.segmentBases + 8 * number, 0n, true)
    this.#view.setUint32(state.segmentLimits + 4 * number, 0xffffffff, true)
    this.#view.setInt32(state.segmentRights + 4 * number, isNull ? 1 << 16 : 0xc093, true)
    return this.#goOn(uop)
  }

  #farJump(uop: number): number {
    const offset = this.#view.getUint32(uop + microOp.immediate, true)
    const selector = this.#view.getUint16(uop + microOp.immediate + 4, true)
    const descriptor = this.#descriptor(selector)
    const isLong = (this.#view.getUint32(state.efer, true) & efer.lma) !== 0
    if (!(descriptor === flat.code32 || (isLong && descriptor === flat.code64))) return status.absent
    this.#view.setInt32(state.selectors + 4, selector, true)
    this.#view.setBigUint64(state.segmentBases + 8, 0n, true)
    this.#view.setUint32(state.segmentLimits + 4, 0xffffffff, true)
    this.#view.setInt32(state.segmentRights + 4, descriptor === flat.code64 ? 0xa09b : 0xc09b, true)
    this.#view.setBigUint64(state.rip, BigInt(offset), true)
    return status.mode
  }

  /** Flags and access byte of a ring 0 descriptor with base 0; -1 for anything that is not so plain. */
  #descriptor(selector: number): number {
    const isPlain = selector > 3 && (selector & 7) === 0
    if (!isPlain || selector + 7 > this.#view.getInt32(state.gdtLimit, true)) return -1
    const at = this.#port.peekable(Number(this.#view.getBigInt64(state.gdtBase, true)) + selector)
    if (at === null) return -1
    const [low, high] = [this.#view.getUint32(at, true), this.#view.getUint32(at + 4, true)]
    const access = (high >>> 8) & 0xff
    const flags = (high >>> 20) & 0xf
    const base = (low >>> 16) | (high & 0xff) | (high & 0xff00_0000)
    if (base !== 0) return -1
    if (access === 0x9b && (flags & 6) === 2) return flat.code64
    const wholeLimit = (low & 0xffff) === 0xffff && ((high >>> 16) & 0xf) === 0xf
    return wholeLimit && flags === 0xc ? 0xcf00 | access : -1
  }
}
