import {
  allRights,
  decodeEntry,
  isLinear,
  linearBits,
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
  /** Of the page it lies in, in bytes: 4 KiB, 2 MiB, 4 MiB or 1 GiB. */
  readonly pageSize: number
  readonly global: boolean
}

export interface PageEntry {
  readonly level: PagingLevel['name']
  /** Physical address of the entry; of one that PAE paging has loaded, where it was loaded from. */
  readonly at: bigint
  /** Of 8 bytes; of 4 in 32-bit paging. */
  readonly value: bigint
}

/**
 * Why a walk is over. `notAnAddress`: not canonical, or above 4 GiB outside of 64-bit modes. `reservedBit`:
 * the last entry has a bit set that makes any access fault. `unreadable`: no memory is behind a table.
 * `unknown`: the tables were larger than the bound.
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
 */
export function* translate(
  registers: PagingRegisters,
  linear: bigint,
): Generator<PhysicalRange, PageWalk, Uint8Array | null> {
  const controls = pagingControls(registers)
  const known = new Map<bigint, EntryAnswer>()
  for (;;) {
    const missing: bigint[] = []
    let size = 0
    const walk = walkPages(controls, linear, (at, entrySize) => {
      size = entrySize
      const answer = known.get(at)
      if (answer === undefined) missing.push(at)
      return answer ?? 'unknown'
    })
    const [at] = missing
    if (at === undefined) return walk
    const bytes = yield { physical: at, length: size }
    known.set(at, bytes ? readEntry(bytes, 0, size) : 'unreadable')
  }
}

/** An entry's value, or why it is not known. */
export type EntryAnswer = bigint | 'unreadable' | 'unknown'

/** The walk itself; `entryAt` finds an entry of so many bytes by its physical address. */
export function walkPages(
  controls: PagingControls,
  linear: bigint,
  entryAt: (at: bigint, size: number) => EntryAnswer,
): PageWalk {
  const path: PageEntry[] = []
  const failed = (end: PageWalkEnd): PageWalk => ({ linear, path, end, mapping: null })
  if (!isLinear(controls.mode, linear)) return failed('notAnAddress')
  if (controls.mode === 'none') return { linear, path, end: 'mapped', mapping: unpaged(linear) }
  const offset = BigInt.asUintN(linearBits(controls.mode), linear)
  let base = controls.root
  let loaded = controls.loadedRoot
  let rights: Rights = allRights
  for (const level of pagingLevels(controls.mode)) {
    const { entries, entrySize } = level
    const index = (offset >> BigInt(level.shift)) & BigInt(entries - 1)
    const at = base + index * BigInt(entrySize)
    const value = loaded ? readEntry(loaded, Number(index) * entrySize, entrySize) : entryAt(at, entrySize)
    loaded = null
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

function unpaged(linear: bigint): Mapping {
  return { linear, physical: linear, pageSize: tableSize, global: false, ...allRights }
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

/** The little-endian entry of 4 or 8 bytes at `offset`. */
export function readEntry(bytes: Uint8Array, offset: number, size: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, size)
  return size === 4 ? BigInt(view.getUint32(0, true)) : view.getBigUint64(0, true)
}
