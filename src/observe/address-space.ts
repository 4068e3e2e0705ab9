import type { Registers } from './registers.ts'

/** What paging makes of the linear addresses, at one instant: immutable, and complete unless `truncated`. */
export interface AddressSpace {
  readonly mode: PagingMode
  /** Physical address of the root table (CR3 without its flag bits). */
  readonly root: bigint
  /** The tables were larger than the bound, or loop: what is here is right, what is missing is unknown. */
  readonly truncated: boolean
  /** Where `linear` leads; null where it is not mapped. */
  lookup(linear: bigint): Mapping | null
  /** Runs of mappings that continue each other in linear and physical addresses, page size and permissions, by linear address. */
  ranges(): readonly MappedRange[]
  /** The ranges as a table for people. */
  toString(): string
}

/** Modes are named as in SDM vol. 3 §4.1.1. */
export type PagingMode = 'none' | '4-level'

/** What the levels allow together (SDM vol. 3 §4.6). `executable` is true where EFER.NXE is clear. */
export interface Permissions {
  readonly writable: boolean
  readonly user: boolean
  readonly executable: boolean
}

export interface Mapping extends Permissions {
  readonly linear: bigint
  readonly physical: bigint
  /** Of the page it lies in, in bytes: 4 KiB, 2 MiB or 1 GiB. */
  readonly pageSize: number
  readonly global: boolean
  /** The entries on the way, root first. */
  readonly path: readonly PageEntry[]
}

export interface PageEntry {
  readonly level: 'pml4e' | 'pdpte' | 'pde' | 'pte'
  /** Physical address of the entry. */
  readonly at: bigint
  readonly value: bigint
}

export interface MappedRange extends Permissions {
  readonly linear: bigint
  readonly physical: bigint
  /** In bytes. */
  readonly size: bigint
  readonly pageSize: number
  readonly global: boolean
}

/** The registers that decide how addresses are translated. */
export type PagingRegisters = Pick<Registers, 'cr0' | 'cr3' | 'cr4' | 'efer'>
