import { KernelTestError } from '../support/errors.ts'
import type { Registers } from './registers.ts'

/** Modes are named as in SDM vol. 3 §4.1.1. */
export type PagingMode = 'none' | '4-level'

/** The registers that decide how addresses are translated. */
export type PagingRegisters = Pick<Registers, 'cr0' | 'cr3' | 'cr4' | 'efer'>

/** What those registers say. */
export interface PagingControls {
  readonly mode: PagingMode
  /** Physical address of the root table; 0 with paging off. */
  readonly root: bigint
  /** CR0.WP: read-only pages bind the kernel too. */
  readonly writeProtect: boolean
  /** EFER.NXE: entries can forbid execution. Where it is clear, their bit 63 is reserved. */
  readonly noExecute: boolean
  /** CR4.PGE: the global bit counts. */
  readonly global: boolean
}

/** One level of tables, of 512 entries of 8 bytes. */
export interface PagingLevel {
  readonly name: 'pml4e' | 'pdpte' | 'pde' | 'pte'
  /** An entry spans 2^shift bytes of linear addresses. */
  readonly shift: number
  /** Whether an entry maps a page: never, where its PS bit says so, or always. */
  readonly maps: 'never' | 'withPs' | 'always'
}

export const tableSize = 4096
export const entrySize = 8
export const entriesPerTable = tableSize / entrySize

/** Root first (SDM vol. 3 §4.5). */
const levelsOf: Readonly<Record<PagingMode, readonly PagingLevel[]>> = {
  none: [],
  '4-level': [
    { name: 'pml4e', shift: 39, maps: 'never' },
    { name: 'pdpte', shift: 30, maps: 'withPs' },
    { name: 'pde', shift: 21, maps: 'withPs' },
    { name: 'pte', shift: 12, maps: 'always' },
  ],
}

export function pagingLevels(mode: PagingMode): readonly PagingLevel[] {
  return levelsOf[mode]
}

const cr0Wp = 1n << 16n
const cr0Pg = 1n << 31n
const cr4Pae = 1n << 5n
const cr4Pge = 1n << 7n
const cr4La57 = 1n << 12n
const eferLma = 1n << 10n
const eferNxe = 1n << 11n
const addressBits = 0x000f_ffff_ffff_f000n

/** @throws KernelTestError KT5010 for 32-bit, PAE and 5-level paging. */
export function pagingControls({ cr0, cr3, cr4, efer }: PagingRegisters): PagingControls {
  const on = (cr0 & cr0Pg) !== 0n
  return {
    mode: on ? fourLevel(cr4, efer) : 'none',
    root: on ? cr3 & addressBits : 0n,
    writeProtect: (cr0 & cr0Wp) !== 0n,
    noExecute: (efer & eferNxe) !== 0n,
    global: (cr4 & cr4Pge) !== 0n,
  }
}

function fourLevel(cr4: bigint, efer: bigint): '4-level' {
  const long = (efer & eferLma) !== 0n
  if (long && (cr4 & cr4La57) === 0n) return '4-level'
  const mode = long ? '5-level' : (cr4 & cr4Pae) === 0n ? '32-bit' : 'PAE'
  throw new KernelTestError(
    'KT5010',
    `the CPU uses ${mode} paging, and kerneltest reads only 4-level page tables`,
    'Look at the page tables when the kernel is in 64-bit mode: wait for a text or boot until a symbol first.',
  )
}

const present = 1n
const writable = 1n << 1n
const user = 1n << 2n
const pageSizeBit = 1n << 7n
const globalBit = 1n << 8n
const executeDisable = 1n << 63n

/** What an entry alone allows. */
export interface Rights {
  readonly writable: boolean
  readonly user: boolean
  readonly executable: boolean
}

export type DecodedEntry =
  | { readonly kind: 'notPresent' }
  /** Any access through it faults (SDM vol. 3 §4.7, RSVD). */
  | { readonly kind: 'reservedBit' }
  | { readonly kind: 'table'; readonly base: bigint; readonly rights: Rights }
  | { readonly kind: 'page'; readonly base: bigint; readonly rights: Rights; readonly global: boolean }

const notPresent: DecodedEntry = { kind: 'notPresent' }
const reservedBit: DecodedEntry = { kind: 'reservedBit' }

/**
 * Reads one entry (SDM vol. 3 tables 4-15 to 4-20). Address bits above the CPU's physical width are taken as
 * they are.
 */
export function decodeEntry(level: PagingLevel, value: bigint, controls: PagingControls): DecodedEntry {
  if ((value & present) === 0n) return notPresent
  if ((value & executeDisable) !== 0n && !controls.noExecute) return reservedBit
  const rights: Rights = {
    writable: (value & writable) !== 0n,
    user: (value & user) !== 0n,
    executable: (value & executeDisable) === 0n,
  }
  const large = level.maps !== 'always' && (value & pageSizeBit) !== 0n
  if (large && level.maps === 'never') return reservedBit
  if (!large && level.maps !== 'always') return { kind: 'table', base: value & addressBits, rights }
  const base = value & addressBits & ~(large ? patBit : 0n)
  // Of a large page's address bits those below its size are reserved.
  if ((base & ((1n << BigInt(level.shift)) - 1n)) !== 0n) return reservedBit
  return { kind: 'page', base, rights, global: controls.global && (value & globalBit) !== 0n }
}

/** In entries of large pages the PAT bit lies where 4 KiB pages have an address bit. */
const patBit = 1n << 12n
