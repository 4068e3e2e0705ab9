import { address, selector } from './layout.ts'

/** Bytes that stand in RAM when a probe begins. */
export interface Piece {
  readonly at: number
  readonly bytes: Uint8Array
}

export function quadwords(at: number, ...values: readonly bigint[]): Piece {
  return { at, bytes: new Uint8Array(BigUint64Array.from(values).buffer) }
}

export function doublewords(at: number, ...values: readonly number[]): Piece {
  return { at, bytes: new Uint8Array(Uint32Array.from(values).buffer) }
}

export function words(at: number, ...values: readonly number[]): Piece {
  return { at, bytes: new Uint8Array(Uint16Array.from(values).buffer) }
}

export function byte(at: number, value: number): Piece {
  return { at, bytes: Uint8Array.of(value) }
}

/** A segment descriptor (Vol. 3A, 3.4.5). Type with S=1: 0-7 data, 8-15 code; bit 0 is "accessed". */
export interface Segment {
  readonly base?: number
  /** Last byte; above 1 MiB it counts pages. */
  readonly limit?: number
  readonly type?: number
  /** A system descriptor: S = 0. */
  readonly system?: boolean
  readonly dpl?: number
  readonly present?: boolean
  /** D/B. */
  readonly big?: boolean
  /** L. */
  readonly long?: boolean
}

export function segment(options: Segment): bigint {
  const { base = 0, limit = 0xffff_ffff, type = 3, dpl = 0, present = true } = options
  const { system = false, big = true, long = false } = options
  const pages = limit > 0xf_ffff
  const raw = pages ? limit >>> 12 : limit
  const access = type | (system ? 0 : 0x10) | (dpl << 5) | (present ? 0x80 : 0)
  const flags = (long ? 2 : 0) | (big ? 4 : 0) | (pages ? 8 : 0)
  const low = ((raw & 0xffff) | ((base & 0xffff) << 16)) >>> 0
  const high = ((base >>> 16) & 0xff) | (access << 8) | ((raw >>> 16) << 16) | (flags << 20)
  return BigInt(low) | (BigInt((high | (base & 0xff00_0000)) >>> 0) << 32n)
}

export const segmentType = {
  data: 0x3,
  readOnly: 0x1,
  expandDown: 0x7,
  code: 0xb,
  executeOnly: 0x9,
  conforming: 0xf,
} as const

/** Types of system descriptors (Vol. 3A, table 3-2). */
export const systemType = {
  tss16: 1,
  ldt: 2,
  busyTss16: 3,
  callGate16: 4,
  taskGate: 5,
  interruptGate16: 6,
  trapGate16: 7,
  tss32: 9,
  busyTss32: 11,
  callGate32: 12,
  interruptGate32: 14,
  trapGate32: 15,
} as const

export interface Gate {
  readonly selector: number
  readonly offset: number | bigint
  readonly type: number
  readonly dpl?: number
  readonly present?: boolean
  /** Call gates: words or doublewords to copy. 64-bit interrupt gates: the IST. */
  readonly count?: number
}

export function gate(options: Gate): bigint {
  const { dpl = 0, present = true, count = 0 } = options
  const offset = BigInt(options.offset)
  const access = options.type | (dpl << 5) | (present ? 0x80 : 0)
  const low = (offset & 0xffffn) | (BigInt(options.selector) << 16n)
  return low | (BigInt(count | (access << 8)) << 32n) | (((offset >> 16n) & 0xffffn) << 48n)
}

/** The same in 16 bytes, as 64-bit mode wants gates. */
export function gate64(options: Gate): readonly [bigint, bigint] {
  return [gate(options), BigInt.asUintN(64, BigInt(options.offset)) >> 32n]
}

/** Descriptors into the GDT at a selector; RPL does not matter. */
export function gdt(at: number, ...values: readonly bigint[]): Piece {
  return quadwords(address.gdt + (at & 0xfff8), ...values)
}

export function ldt(at: number, ...values: readonly bigint[]): Piece {
  return quadwords(address.ldt + (at & 0xfff8), ...values)
}

export function idt(vector: number, value: bigint): Piece {
  return quadwords(address.idt + 8 * vector, value)
}

export function idt64(vector: number, values: readonly [bigint, bigint]): Piece {
  return quadwords(address.idt + 16 * vector, ...values)
}

/** Bits of paging entries (Vol. 3A, 4.5). */
export const page = {
  present: 1n,
  writable: 2n,
  user: 4n,
  accessed: 0x20n,
  dirty: 0x40n,
  large: 0x80n,
  global: 0x100n,
  noExecute: 1n << 63n,
} as const

/** A 32-bit TSS (Vol. 3A, 7.2.1). Absent fields are 0. */
export interface Task {
  readonly link?: number
  readonly esp0?: number
  readonly ss0?: number
  readonly esp1?: number
  readonly ss1?: number
  readonly cr3?: number
  readonly eip?: number
  readonly eflags?: number
  /** EAX to EDI in encoding order. */
  readonly registers?: readonly number[]
  /** ES, CS, SS, DS, FS, GS. */
  readonly segments?: readonly number[]
  readonly ldt?: number
  readonly trap?: boolean
  readonly ioMap?: number
}

export const flatTaskSegments = [
  selector.data32,
  selector.code32,
  selector.data32,
  selector.data32,
  selector.data32,
  selector.data32,
] as const

export function task32(at: number, task: Task): Piece {
  const { link = 0, esp0 = 0, ss0 = 0, esp1 = 0, ss1 = 0, cr3 = 0, eip = 0, eflags = 2 } = task
  const { registers = [], segments = flatTaskSegments, ldt = 0, trap = false, ioMap = 0x68 } = task
  const general = Array.from({ length: 8 }, (_, number) => registers[number] ?? 0)
  const fixed = [link, esp0, ss0, esp1, ss1, 0, 0, cr3, eip, eflags]
  return doublewords(at, ...fixed, ...general, ...segments, ldt, (trap ? 1 : 0) | (ioMap << 16))
}

/** A 16-bit TSS (Vol. 3A, 7.6): ES, CS, SS, DS only. */
export function task16(at: number, task: Task): Piece {
  const { link = 0, esp0 = 0, ss0 = 0, esp1 = 0, ss1 = 0, eip = 0, eflags = 2 } = task
  const { registers = [], segments = flatTaskSegments, ldt = 0 } = task
  const general = Array.from({ length: 8 }, (_, number) => registers[number] ?? 0)
  return words(at, link, esp0, ss0, esp1, ss1, 0, 0, eip, eflags, ...general, ...segments.slice(0, 4), ldt)
}
