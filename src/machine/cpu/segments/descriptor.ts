import { rights, segment, state } from '../state-layout.ts'
import type { SegmentCache } from '../system/cpu-state.ts'
import { GuestFault } from '../system/guest-fault.ts'
import type { Processor } from '../system/processor.ts'

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

/**
 * The entry that a selector names; the null selector names entry 0 of the GDT.
 * @throws GuestFault `vector` with the selector where it lies beyond its table; #PF.
 */
export function readDescriptor(cpu: Processor, selector: number, vector: number): Descriptor {
  const table = tableOf(cpu, selector)
  const offset = selector & 0xfff8
  if (!table || offset + 7 > table.limit) throw new GuestFault(vector, errorCodeOf(selector))
  const at = table.base + BigInt(offset)
  const entry = cpu.memory.read(at, 8, 'system')
  const low = Number(entry & 0xffff_ffffn)
  const high = Number(entry >> 32n)
  return { selector, at, low, high, rights: rightsOf(high) }
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
