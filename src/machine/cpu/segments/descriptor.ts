import { rights, segment, state } from '../state-layout.ts'
import type { SegmentCache } from '../system/cpu-state.ts'
import { GuestFault } from '../system/guest-fault.ts'
import type { Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'

/** An 8-byte entry of the GDT or LDT (SDM volume 3, 3.4.5), and where it stands. */
export interface Descriptor {
  readonly selector: number
  /** Linear address of the entry. */
  readonly at: bigint
  readonly low: number
  readonly high: number
  /** Access rights, as `rights` in `state-layout.ts`. */
  readonly rights: number
}

/** Types of system descriptors (SDM volume 3, table 3-2). In IA-32e mode `…32` are 64-bit ones. */
export const systemType = {
  task16: 1,
  localTable: 2,
  busyTask16: 3,
  callGate16: 4,
  taskGate: 5,
  task32: 9,
  busyTask32: 11,
  callGate32: 12,
} as const

/** Of the type of a task state: set while the task runs or waits for its return; set for 32 bits. */
export const taskBit = { busy: 2, wide: 8 } as const

export const selectorBit = { rplMask: 3, local: 4 } as const

/** What an error code keeps of a selector. */
export const errorCodeOf = (selector: number) => selector & 0xfffc

export const isNullSelector = (selector: number) => (selector & 0xfffc) === 0

export const dplOf = (allowed: number) => (allowed >> rights.dplShift) & 3

export const isPresent = (allowed: number) => (allowed & rights.present) !== 0

/** Code of either kind. */
export const isCode = (allowed: number) =>
  (allowed & (rights.nonSystem | rights.code)) === (rights.nonSystem | rights.code)

export const isConforming = (allowed: number) => (allowed & rights.conforming) !== 0

export const isWritableData = (allowed: number) =>
  (allowed & (rights.nonSystem | rights.code | rights.writable)) === (rights.nonSystem | rights.writable)

export const isSystem = (allowed: number) => (allowed & rights.nonSystem) === 0

/** The type of a system descriptor. */
export const typeOf = (allowed: number) => allowed & rights.typeMask

/** What may be read as data: data, and code that is not execute-only. */
export const isReadable = (allowed: number) =>
  !isSystem(allowed) && (allowed & (rights.code | rights.readable)) !== rights.code

/**
 * The entry that a selector names; the null selector names entry 0 of the GDT.
 * @throws GuestFault `fault` with the selector where it lies beyond its table; #PF.
 */
export function readDescriptor(cpu: Processor, selector: number, fault: number): Descriptor {
  const descriptor = findDescriptor(cpu, selector)
  if (!descriptor) throw new GuestFault(fault, errorCodeOf(selector))
  return descriptor
}

/** The entry that a selector names, or null beyond its table. @throws GuestFault #PF */
export function findDescriptor(cpu: Processor, selector: number): Descriptor | null {
  const table = tableOf(cpu, selector)
  const offset = selector & 0xfff8
  if (!table || offset + 7 > table.limit) return null
  const at = table.base + BigInt(offset)
  const entry = cpu.memory.read(at, 8, 'system')
  const low = Number(entry & 0xffff_ffffn)
  const high = Number(entry >> 32n)
  return { selector, at, low, high, rights: rightsOf(high) }
}

/**
 * The upper half of a 16-byte system descriptor of IA-32e mode: bits 63 to 32 of its base or offset. Null
 * where it lies beyond the table, or its own type is not 0 (SDM volume 3, 3.5.2 and figure 5-10).
 * @throws GuestFault #PF
 */
export function findUpperHalf(cpu: Processor, { selector, at }: Descriptor): bigint | null {
  const table = tableOf(cpu, selector)
  if (!table || (selector & 0xfff8) + 15 > table.limit) return null
  const upper = cpu.memory.read(at + 8n, 8, 'system')
  return (upper >> 40n) & 0x1fn ? null : (upper & 0xffff_ffffn) << 32n
}

/** As `findUpperHalf`. @throws GuestFault #GP(selector) where there is none */
export function readUpperHalf(cpu: Processor, descriptor: Descriptor): bigint {
  const upper = findUpperHalf(cpu, descriptor)
  if (upper !== null) return upper
  throw new GuestFault(vector.generalProtection, errorCodeOf(descriptor.selector))
}

function tableOf({ state: cpu }: Processor, selector: number) {
  if ((selector & selectorBit.local) === 0) return cpu.gdt
  if (cpu.u32(state.segmentRights + 4 * segment.ldtr) & rights.unusable) return null
  return { base: cpu.u64(state.systemBases), limit: cpu.u32(state.segmentLimits + 4 * segment.ldtr) }
}

function rightsOf(high: number): number {
  return ((high >>> 8) & 0xff) | (((high >>> 20) & 0xf) << 12)
}

/** Base of a segment or of a task state outside IA-32e mode: 32 bits. */
export function baseOf({ low, high }: Descriptor): bigint {
  return BigInt(((low >>> 16) | ((high & 0xff) << 16) | (high & 0xff00_0000)) >>> 0)
}

/** Limit in bytes. */
export function limitOf({ low, high }: Descriptor): number {
  const limit = (low & 0xffff) | (high & 0xf_0000)
  return high & 0x80_0000 ? ((limit << 12) | 0xfff) >>> 0 : limit
}

/** What a segment register holds once the descriptor is loaded under `selector`. */
export function cacheOf(descriptor: Descriptor, selector = descriptor.selector): SegmentCache {
  const allowed = descriptor.rights | rights.accessed
  return { selector, base: baseOf(descriptor), limit: limitOf(descriptor), rights: allowed }
}

/** Throws what `markAccessed` would throw: a page with the table may be read-only. */
export function probeAccessed(cpu: Processor, { at, rights: allowed }: Descriptor): void {
  if ((allowed & rights.accessed) === 0) cpu.memory.probeWrite(at + 5n, 1, 'system')
}

/** Sets the accessed bit in the table, if it is not set (SDM volume 3, 3.4.5.1). */
export function markAccessed(cpu: Processor, { at, high, rights: allowed }: Descriptor): void {
  if ((allowed & rights.accessed) !== 0) return
  cpu.memory.write(at + 5n, 1, ((high >>> 8) & 0xff) | rights.accessed, 'system')
}
