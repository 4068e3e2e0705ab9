import type { Registers } from './registers.ts'

/** Modes are named as in SDM vol. 3 §4.1.1. */
export type PagingMode = 'none' | '32-bit' | 'PAE' | '4-level' | '5-level'

/** The registers that decide how addresses are translated. */
export type PagingRegisters = Pick<Registers, 'cr0' | 'cr3' | 'cr4' | 'efer' | 'pdptes'>

/** What those registers say. */
export interface PagingControls {
  readonly mode: PagingMode
  /** Physical address of the root table; 0 with paging off. */
  readonly root: bigint
  /**
   * The root table itself where the CPU holds it (PAE, SDM vol. 3 §4.4.1): what is in memory by now does not
   * count.
   */
  readonly loadedRoot: Uint8Array | null
  /** CR0.WP: read-only pages bind the kernel too. */
  readonly writeProtect: boolean
  /** Entries can forbid execution: EFER.NXE, in a mode whose entries have bit 63. */
  readonly noExecute: boolean
  /** CR4.PGE: the global bit counts. */
  readonly global: boolean
  /** The PS bit counts: CR4.PSE in 32-bit paging, always elsewhere. */
  readonly largePages: boolean
}

/** One level of tables. */
export interface PagingLevel {
  readonly name: 'pml5e' | 'pml4e' | 'pdpte' | 'pde' | 'pte'
  /** An entry spans 2^shift bytes of linear addresses. */
  readonly shift: number
  /** Whether an entry maps a page: never, where its PS bit says so, or always. */
  readonly maps: 'never' | 'withPs' | 'always'
  readonly entries: 4 | 512 | 1024
  /** In bytes. */
  readonly entrySize: 4 | 8
  /** Entries of the first level of PAE paging forbid nothing. */
  readonly hasRights: boolean
}

/** In bytes; only the four entries that PAE paging begins with take less. */
export const tableSize = 4096

const wide = { entries: 512, entrySize: 8, hasRights: true } as const
const narrow = { entries: 1024, entrySize: 4, hasRights: true } as const

const lowestLevels: readonly PagingLevel[] = [
  { name: 'pde', shift: 21, maps: 'withPs', ...wide },
  { name: 'pte', shift: 12, maps: 'always', ...wide },
]

const fourLevels: readonly PagingLevel[] = [
  { name: 'pml4e', shift: 39, maps: 'never', ...wide },
  { name: 'pdpte', shift: 30, maps: 'withPs', ...wide },
  ...lowestLevels,
]

interface Format {
  /** Root first (SDM vol. 3 §4.3 to §4.5). */
  readonly levels: readonly PagingLevel[]
  /** Of a linear address. */
  readonly linearBits: 32 | 48 | 57
  /** Of CR3: where the root table is. */
  readonly rootMask: bigint
  /** Reserved in every entry that is present. */
  readonly reserved: bigint
}

const addressBits = 0x000f_ffff_ffff_f000n

const formats: Readonly<Record<PagingMode, Format>> = {
  none: { levels: [], linearBits: 32, rootMask: 0n, reserved: 0n },
  '32-bit': {
    levels: [
      { name: 'pde', shift: 22, maps: 'withPs', ...narrow },
      { name: 'pte', shift: 12, maps: 'always', ...narrow },
    ],
    linearBits: 32,
    rootMask: 0xffff_f000n,
    reserved: 0n,
  },
  PAE: {
    levels: [
      { name: 'pdpte', shift: 30, maps: 'never', entries: 4, entrySize: 8, hasRights: false },
      ...lowestLevels,
    ],
    linearBits: 32,
    rootMask: 0xffff_ffe0n,
    reserved: 0x7ff0_0000_0000_0000n,
  },
  '4-level': { levels: fourLevels, linearBits: 48, rootMask: addressBits, reserved: 0n },
  '5-level': {
    levels: [{ name: 'pml5e', shift: 48, maps: 'never', ...wide }, ...fourLevels],
    linearBits: 57,
    rootMask: addressBits,
    reserved: 0n,
  },
}

export function pagingLevels(mode: PagingMode): readonly PagingLevel[] {
  return formats[mode].levels
}

/** Bits that an address needs: those above are 0, in 64-bit modes the same as the highest of these. */
export function linearBits(mode: PagingMode): number {
  return formats[mode].linearBits
}

/** Offset of the first address of the upper half, before which linear addresses jump; null where none do. */
export function canonicalHole(mode: PagingMode): number | null {
  const { linearBits } = formats[mode]
  return linearBits === 32 ? null : 2 ** (linearBits - 1)
}

/** The linear address at an offset from the first entry of the root table: canonical in 64-bit modes. */
export function linearAt(mode: PagingMode, offset: bigint): bigint {
  const { linearBits } = formats[mode]
  return linearBits === 32 ? offset : BigInt.asUintN(64, BigInt.asIntN(linearBits, offset))
}

/** Whether `linear` is an address in this mode. */
export function isLinear(mode: PagingMode, linear: bigint): boolean {
  const { linearBits } = formats[mode]
  return linear >= 0n && linearAt(mode, BigInt.asUintN(linearBits, linear)) === linear
}

const cr0Wp = 1n << 16n
const cr0Pg = 1n << 31n
const cr4Pse = 1n << 4n
const cr4Pae = 1n << 5n
const cr4Pge = 1n << 7n
const cr4La57 = 1n << 12n
const eferLma = 1n << 10n
const eferNxe = 1n << 11n

export function pagingControls(registers: PagingRegisters): PagingControls {
  const { cr0, cr3, cr4, efer, pdptes } = registers
  const mode = modeOf(registers)
  return {
    mode,
    root: cr3 & formats[mode].rootMask,
    loadedRoot: mode === 'PAE' && pdptes ? new Uint8Array(BigUint64Array.from(pdptes).buffer) : null,
    writeProtect: (cr0 & cr0Wp) !== 0n,
    noExecute: (efer & eferNxe) !== 0n && mode !== '32-bit',
    global: (cr4 & cr4Pge) !== 0n,
    largePages: mode !== '32-bit' || (cr4 & cr4Pse) !== 0n,
  }
}

/** The paging mode that these registers select (SDM vol. 3 §4.1.1). */
export function modeOf({ cr0, cr4, efer }: Pick<Registers, 'cr0' | 'cr4' | 'efer'>): PagingMode {
  if ((cr0 & cr0Pg) === 0n) return 'none'
  if ((cr4 & cr4Pae) === 0n) return '32-bit'
  if ((efer & eferLma) === 0n) return 'PAE'
  return (cr4 & cr4La57) === 0n ? '4-level' : '5-level'
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

export const allRights: Rights = { writable: true, user: true, executable: true }

export type DecodedEntry =
  | { readonly kind: 'notPresent' }
  /** Any access through it faults (SDM vol. 3 §4.7, RSVD). */
  | { readonly kind: 'reservedBit' }
  | { readonly kind: 'table'; readonly base: bigint; readonly rights: Rights }
  | { readonly kind: 'page'; readonly base: bigint; readonly rights: Rights; readonly global: boolean }

const notPresent: DecodedEntry = { kind: 'notPresent' }
const reservedBit: DecodedEntry = { kind: 'reservedBit' }

/**
 * Reads one entry (SDM vol. 3 tables 4-4 to 4-6, 4-8 to 4-11, 4-14 to 4-20). Address bits above the CPU's
 * physical width are taken as they are.
 */
export function decodeEntry(level: PagingLevel, value: bigint, controls: PagingControls): DecodedEntry {
  if ((value & present) === 0n) return notPresent
  if ((value & reservedIn(level, controls)) !== 0n) return reservedBit
  const rights = level.hasRights ? rightsOf(value) : allRights
  const large = level.maps !== 'always' && (value & pageSizeBit) !== 0n && controls.largePages
  if (large && level.maps === 'never') return reservedBit
  if (!large && level.maps !== 'always') return { kind: 'table', base: value & addressBits, rights }
  const base = large ? largeBase(level, value) : value & addressBits
  // Of a large page's address bits those below its size are reserved.
  if ((base & ((1n << BigInt(level.shift)) - 1n)) !== 0n) return reservedBit
  return { kind: 'page', base, rights, global: controls.global && (value & globalBit) !== 0n }
}

/**
 * Entries that PAE paging begins with have more reserved bits, which the CPU checks when it loads them.
 */
function reservedIn({ hasRights }: PagingLevel, { mode, noExecute }: PagingControls): bigint {
  return formats[mode].reserved | (noExecute && hasRights ? 0n : executeDisable)
}

function rightsOf(value: bigint): Rights {
  return {
    writable: (value & writable) !== 0n,
    user: (value & user) !== 0n,
    executable: (value & executeDisable) === 0n,
  }
}

/** In entries of large pages the PAT bit lies where 4 KiB pages have an address bit. */
const patBit = 1n << 12n

/** With 4-byte entries bits 13 to 20 are bits 32 to 39 of the address (PSE-36), and bit 21 is reserved. */
function largeBase({ entrySize }: PagingLevel, value: bigint): bigint {
  if (entrySize === 8) return value & addressBits & ~patBit
  return (value & 0xffe0_0000n) | (((value >> 13n) & 0xffn) << 32n)
}
