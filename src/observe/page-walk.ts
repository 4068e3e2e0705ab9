import {
  decodeEntry,
  entriesPerTable,
  entrySize,
  type PagingControls,
  type PagingLevel,
  type PagingRegisters,
  pagingControls,
  pagingLevels,
  type Rights,
  tableSize,
} from './paging.ts'

/** What the levels allow together (SDM vol. 3 §4.6), for whoever is allowed most. */
export interface Permissions {
  /** With CR0.WP clear the kernel may write to read-only pages, so every page is writable then. */
  readonly writable: boolean
  readonly user: boolean
  readonly executable: boolean
}

/** Where one linear address leads. */
export interface Mapping extends Permissions {
  readonly linear: bigint
  readonly physical: bigint
  /** Of the page it lies in, in bytes: 4 KiB, 2 MiB or 1 GiB. */
  readonly pageSize: number
  readonly global: boolean
}

export interface PageEntry {
  readonly level: PagingLevel['name']
  /** Physical address of the entry. */
  readonly at: bigint
  readonly value: bigint
}

/**
 * Why a walk is over. `notAnAddress`: not canonical, or above 4 GiB with paging off. `reservedBit`: the last
 * entry has a bit set that makes any access fault. `unreadable`: no memory is behind a table. `unknown`: the
 * tables were larger than the bound.
 */
export type PageWalkEnd = 'mapped' | 'notPresent' | 'reservedBit' | 'notAnAddress' | 'unreadable' | 'unknown'

/** The way of one linear address through the tables. */
export interface PageWalk {
  readonly linear: bigint
  /** The entries on the way, root first; the last is the one that decided. */
  readonly path: readonly PageEntry[]
  readonly end: PageWalkEnd
  /** Null unless `end` is `mapped`. */
  readonly mapping: Mapping | null
}

/**
 * Physical memory that a generator asks its driver for; the driver answers the bytes, or null where there are
 * none.
 */
export interface PhysicalRange {
  readonly physical: bigint
  /** In bytes. */
  readonly length: number
}

/**
 * Translates one linear address, asking for one entry a level. Drive it with the bytes of each range it
 * yields.
 * @throws KernelTestError KT5010 for paging modes other than none and 4-level.
 */
export function* translate(
  registers: PagingRegisters,
  linear: bigint,
): Generator<PhysicalRange, PageWalk, Uint8Array | null> {
  const controls = pagingControls(registers)
  const known = new Map<bigint, EntryAnswer>()
  for (;;) {
    const missing: bigint[] = []
    const walk = walkPages(controls, linear, (at) => {
      const answer = known.get(at)
      if (answer === undefined) missing.push(at)
      return answer ?? 'unknown'
    })
    const [at] = missing
    if (at === undefined) return walk
    const bytes = yield { physical: at, length: entrySize }
    known.set(at, bytes ? readEntry(bytes, 0) : 'unreadable')
  }
}

/** An entry's value, or why it is not known. */
export type EntryAnswer = bigint | 'unreadable' | 'unknown'

/** The walk itself; `entryAt` finds an entry by its physical address. */
export function walkPages(
  controls: PagingControls,
  linear: bigint,
  entryAt: (at: bigint) => EntryAnswer,
): PageWalk {
  const path: PageEntry[] = []
  const failed = (end: PageWalkEnd): PageWalk => ({ linear, path, end, mapping: null })
  if (controls.mode === 'none') return walkWithoutPaging(linear)
  if (BigInt.asUintN(64, BigInt.asIntN(48, linear)) !== linear) return failed('notAnAddress')
  let base = controls.root
  let rights: Rights = { writable: true, user: true, executable: true }
  for (const level of pagingLevels(controls.mode)) {
    const index = (linear >> BigInt(level.shift)) & BigInt(entriesPerTable - 1)
    const at = base + index * BigInt(entrySize)
    const value = entryAt(at)
    if (typeof value === 'string') return failed(value)
    path.push({ level: level.name, at, value })
    const entry = decodeEntry(level, value, controls)
    if (entry.kind === 'notPresent' || entry.kind === 'reservedBit') return failed(entry.kind)
    rights = bothAllow(rights, entry.rights)
    base = entry.base
    if (entry.kind === 'table') continue
    const pageSize = 2 ** level.shift
    const physical = base + (linear & BigInt(pageSize - 1))
    const permissions = permissionsOf(rights, controls)
    return {
      linear,
      path,
      end: 'mapped',
      mapping: { linear, physical, pageSize, global: entry.global, ...permissions },
    }
  }
  return failed('notPresent')
}

function walkWithoutPaging(linear: bigint): PageWalk {
  if (linear >= 1n << 32n) return { linear, path: [], end: 'notAnAddress', mapping: null }
  return {
    linear,
    path: [],
    end: 'mapped',
    mapping: {
      linear,
      physical: linear,
      pageSize: tableSize,
      global: false,
      writable: true,
      user: true,
      executable: true,
    },
  }
}

export function bothAllow(a: Rights, b: Rights): Rights {
  return {
    writable: a.writable && b.writable,
    user: a.user && b.user,
    executable: a.executable && b.executable,
  }
}

export function permissionsOf(rights: Rights, controls: PagingControls): Permissions {
  return { ...rights, writable: rights.writable || !controls.writeProtect }
}

/** The little-endian entry at `offset`. */
export function readEntry(bytes: Uint8Array, offset: number): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset + offset, entrySize).getBigUint64(0, true)
}
