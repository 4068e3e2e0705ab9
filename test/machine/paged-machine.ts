import { PhysicalMemory, type Rom } from '../../src/machine/bus/physical-memory.ts'
import { PortSpace } from '../../src/machine/bus/port-space.ts'
import { Cpu } from '../../src/machine/cpu/cpu.ts'
import { rights, segment, state } from '../../src/machine/cpu/state-layout.ts'
import './generated-core.ts'

/** Ways of paging; `off` is protected mode without. */
export type Paging = 'off' | 'legacy' | 'pae' | 'long' | 'la57'

export interface Setup {
  readonly cpl?: 0 | 3
  /** Bits besides those that the mode needs. */
  readonly cr0?: number
  readonly cr4?: number
  readonly efer?: number
  readonly flags?: number
  readonly pkru?: number
  /** The machine's own page is the user's, too, whatever `cpl` is. */
  readonly isShared?: boolean
  readonly rom?: Rom
  readonly ramBytes?: number
  readonly deviceBytes?: number
}

export const bit = {
  p: 1n,
  w: 2n,
  u: 4n,
  a: 0x20n,
  d: 0x40n,
  ps: 0x80n,
  g: 0x100n,
  nx: 1n << 63n,
} as const
export const cr0 = { wp: 1 << 16, am: 1 << 18 } as const
export const cr4 = {
  pse: 0x10,
  pge: 0x80,
  osfxsr: 0x200,
  smep: 1 << 20,
  smap: 1 << 21,
  pke: 1 << 22,
} as const
export const nxe = 0x800
export const acFlag = 1 << 18

/** Tables for the machine's own code and stack, one to one; behind them those of a test's region. */
const own = { top: 0x1000, pml4: 0x2000, pdpt: 0x3000, directory: 0x4000 } as const
export const tables = { pml4: 0x8000, pdpt: 0x9000, directory: 0xa000, table: 0xb000 } as const
/** Where a test's region begins: at it the tables' first entries count. */
export const region: Readonly<Record<Paging, bigint>> = {
  off: 0x40_0000n,
  legacy: 0x40_0000n,
  pae: 0x4000_0000n,
  long: 0x80_0000_0000n,
  la57: 1n << 48n,
}
const codeAt = 0x1_0000
const stackTop = 0x1_8000n

/** Each at an offset of its own behind `codeAt`. SI holds the address; A what is written. */
const snippets = {
  read: [0x8a, 0x06],
  write: [0x88, 0x06],
  read4: [0x8b, 0x06],
  write4: [0x89, 0x06],
  read8: [0x48, 0x8b, 0x06],
  write8: [0x48, 0x89, 0x06],
  execute: [0xff, 0xe6],
  invlpg: [0x0f, 0x01, 0x3e],
  push: [0x50],
  reloadCr3: [0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8],
  loadDs: [0x8e, 0xdf],
  writeCr0: [0x0f, 0x22, 0xc0],
  clac: [0x0f, 0x01, 0xca],
  stac: [0x0f, 0x01, 0xcb],
  sysret: [0x48, 0x0f, 0x07],
  // MOVDQU, MOVHPS and MASKMOVDQU, of XMM0; the last to where DI leads, by the mask in XMM1.
  readVector: [0xf3, 0x0f, 0x6f, 0x06],
  writeVector: [0xf3, 0x0f, 0x7f, 0x06],
  readHigh: [0x0f, 0x16, 0x06],
  writeHigh: [0x0f, 0x17, 0x06],
  writeMasked: [0x66, 0x0f, 0xf7, 0xc1],
} as const
export type Snippet = keyof typeof snippets
const snippetNames = Object.keys(snippets) as Snippet[]
const snippetBytes = 0x10
const registers = { ax: 0, sp: 4, si: 6, di: 7 } as const

/** A processor with page tables, for single accesses. */
export class PagedMachine {
  readonly memory: PhysicalMemory
  readonly cpu: Cpu
  readonly #paging: Paging

  constructor(paging: Paging, setup: Setup = {}) {
    this.#paging = paging
    this.memory = new PhysicalMemory(setup.ramBytes ?? 8 << 20, setup.rom ?? null, setup.deviceBytes)
    this.cpu = new Cpu(this.memory, new PortSpace())
    this.cpu.stopsAtExceptions = true
    for (const [index, name] of snippetNames.entries()) {
      this.cpu.poke(codeAt + snippetBytes * index, new Uint8Array(snippets[name]))
    }
    this.enter(setup)
  }

  /** Begins anew, with empty TLBs. */
  enter(setup: Setup): void {
    this.#writeTables(setup.cpl === 3 || setup.isShared === true)
    this.#setState(setup)
    this.cpu.settle()
  }

  /** Of an entry: its bytes are as many as the mode's. */
  set(at: number, value: bigint): void {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigUint64(0, value, true)
    this.memory.write(at, bytes.subarray(0, this.#paging === 'legacy' ? 4 : 8))
  }

  get(at: number): bigint {
    const bytes = this.memory.read(at, 8)
    const value = new DataView(bytes.buffer).getBigUint64(0, true)
    return this.#paging === 'legacy' ? value & 0xffff_ffffn : value
  }

  /** Page tables down to one page of 4 KiB at the region: `leaf` is its entry, all above allow everything. */
  map(leaf: bigint): void {
    const above = bit.p | bit.w | bit.u
    this.set(tables.pml4, BigInt(tables.pdpt) | above)
    this.set(tables.pdpt, BigInt(tables.directory) | above)
    this.set(this.directoryEntry, BigInt(tables.table) | above)
    this.set(tables.table, leaf)
  }

  /** The entry above the region's page table. */
  get directoryEntry(): number {
    return this.#paging === 'legacy' ? own.top + 4 : tables.directory
  }

  /** `ok`, or the exception: `#14(3)`. Nothing is flushed before. */
  does(what: Snippet, at: bigint): string {
    const { state: cpu } = this.cpu
    cpu.rip = BigInt(codeAt + snippetBytes * snippetNames.indexOf(what))
    cpu.setGeneral(registers.si, at)
    const { stop } = this.cpu.run(what === 'execute' || what === 'reloadCr3' ? 2 : 1)
    return stop.kind === 'exception'
      ? `#${stop.vector}(${stop.code})`
      : stop.kind === 'budget'
        ? 'ok'
        : stop.kind
  }

  /** Byte at a linear address, as the guest reads it. */
  readAs(what: 'read' | 'read4' | 'read8', at: bigint): bigint {
    this.a = 0n
    const end = this.does(what, at)
    if (end !== 'ok') throw new Error(`the read ended with ${end}`)
    return this.a
  }

  get a(): bigint {
    return this.cpu.state.general(registers.ax)
  }

  set a(value: bigint) {
    this.cpu.state.setGeneral(registers.ax, value)
  }

  /** XMM0 to XMM15 as bytes. */
  vector(number: number): Uint8Array {
    return new Uint8Array(this.cpu.state.view.buffer, state.xmm + 16 * number, 16)
  }

  set sp(value: bigint) {
    this.cpu.state.setGeneral(registers.sp, value)
  }

  set di(value: bigint) {
    this.cpu.state.setGeneral(registers.di, value)
  }

  setGdt(base: bigint, limit: number): void {
    this.cpu.state.setU64(state.gdtBase, base)
    this.cpu.state.setU32(state.gdtLimit, limit)
  }

  get cr2(): bigint {
    return this.cpu.faultAddress
  }

  #writeTables(isUser: boolean): void {
    const all = bit.p | bit.w | bit.a | bit.d | (isUser ? bit.u : 0n)
    const above = bit.p | bit.w | bit.u
    if (this.#paging === 'legacy') {
      this.set(own.top, all | bit.ps)
      this.set(own.top + 4, BigInt(tables.table) | above)
      return
    }
    this.set(own.top, BigInt(own.pml4) | above)
    this.set(own.top + 8, BigInt(tables.pml4) | above)
    this.set(own.pml4, BigInt(own.pdpt) | above)
    this.set(own.pml4 + 8, BigInt(tables.pdpt) | above)
    this.set(own.pdpt, BigInt(own.directory) | above)
    this.set(own.directory, all | bit.ps)
  }

  #setState({ cpl = 0, cr0: cr0Bits = 0, cr4: cr4Bits = 0, efer = 0, flags = 0, pkru = 0 }: Setup): void {
    const { state: cpu } = this.cpu
    const isLong = this.#paging === 'long' || this.#paging === 'la57'
    const hasPae = isLong || this.#paging === 'pae'
    cpu.setU64(state.cr0, BigInt((cr0Bits | 0x11 | (this.#paging === 'off' ? 0 : 2 ** 31)) >>> 0))
    const mode = (hasPae ? 0x20 : 0) | (this.#paging === 'la57' ? 0x1000 : 0)
    cpu.setU64(state.cr4, BigInt((mode | (this.#paging === 'legacy' ? cr4.pse : 0) | cr4Bits) >>> 0))
    cpu.setU64(state.efer, BigInt((isLong ? 0x500 : 0) | efer))
    cpu.setU64(state.cr3, BigInt(this.#paging === 'long' ? own.pml4 : own.top))
    cpu.setU64(state.pdptes, BigInt(own.directory) | bit.p)
    cpu.setU64(state.pdptes + 8, BigInt(tables.directory) | bit.p)
    cpu.setU64(state.pkru, BigInt(pkru))
    cpu.flags = flags | 2
    cpu.cpl = cpl
    const common =
      rights.present | rights.nonSystem | rights.writable | rights.accessed | (cpl << rights.dplShift)
    const cache = { selector: 8 | cpl, base: 0n, limit: 0xffff_ffff }
    const data = { ...cache, rights: common | rights.big | rights.granular }
    for (let number = segment.es; number <= segment.gs; number++) cpu.setSegment(number, data)
    const size = isLong ? rights.long : rights.big
    cpu.setSegment(segment.cs, { ...cache, rights: common | rights.code | rights.granular | size })
    this.sp = stackTop
  }
}
