import { rangesTable } from './address-space-table.ts'
import { type MappedRange, RunCollector } from './mapped-runs.ts'
import {
  type Mapping,
  type PageWalk,
  type PhysicalRange,
  permissionsOf,
  readEntry,
  walkPages,
} from './page-walk.ts'
import {
  allRights,
  decodeEntry,
  linearAt,
  type PagingControls,
  type PagingLevel,
  type PagingMode,
  type PagingRegisters,
  pagingControls,
  pagingLevels,
  tableSize,
} from './paging.ts'

/** What paging makes of the linear addresses, at one instant: immutable, and complete unless `truncated`. */
export interface AddressSpace {
  readonly mode: PagingMode
  /** Physical address of the root table (CR3 without its flag bits). */
  readonly root: bigint
  /** CR0.WP. Where it is clear the kernel may write everywhere, and every mapping is `writable`. */
  readonly writeProtect: boolean
  /**
   * Entries can forbid execution: EFER.NXE is set, and this is not 32-bit paging. Else every mapping is
   * `executable`.
   */
  readonly noExecute: boolean
  /** The tables were larger than the bound, or loop: what is here is right, what is missing is unknown. */
  readonly truncated: boolean
  /** Where `linear` leads; null where it is not mapped. */
  lookup(linear: bigint): Mapping | null
  /** The way of `linear` through the tables, and why it ends where it does. */
  walk(linear: bigint): PageWalk
  /**
   * Runs of mappings that continue each other in linear and physical addresses, page size and permissions, by
   * linear address.
   */
  ranges(): readonly MappedRange[]
  /** The ranges as a table for people. */
  toString(): string
}

/** Tables that are read at most: enough for 8 GiB in pages of 4 KiB. */
export const maxTables = 4096

/** Neighbouring tables are asked for together, up to this many. */
const tablesAtOnce = 64

/**
 * Reads the page tables: yields the physical ranges it wants, to be answered with their bytes, or null where
 * there is no memory. No table is asked for twice, however often it is referred to.
 */
export function* walkAddressSpace(
  registers: PagingRegisters,
): Generator<PhysicalRange, AddressSpace, Uint8Array | null> {
  const tables: Tables = new Map()
  const controls = yield* withRoot(pagingControls(registers), tables)
  let complete = true
  let wanted: ReadonlySet<bigint> = new Set(controls.mode === 'none' ? [] : [controls.root])
  for (const [depth, level] of pagingLevels(controls.mode).entries()) {
    if (depth === 0 && controls.loadedRoot) {
      wanted = tablesBelow(level, [controls.loadedRoot], controls)
      continue
    }
    const unread = [...wanted].filter((base) => !tables.has(base)).sort((a, b) => (a < b ? -1 : 1))
    const affordable = unread.slice(0, maxTables - tables.size)
    complete &&= affordable.length === unread.length
    yield* readTables(affordable, tables)
    const read = [...wanted].map((base) => tables.get(base) ?? null).filter((table) => table !== null)
    wanted = tablesBelow(level, read, controls)
  }
  return new WalkedAddressSpace(controls, tables, complete)
}

/** PAE paging begins with four entries anywhere in a page: they are read where no CPU tells them. */
function* withRoot(
  controls: PagingControls,
  tables: Tables,
): Generator<PhysicalRange, PagingControls, Uint8Array | null> {
  const [first] = pagingLevels(controls.mode)
  if (controls.mode !== 'PAE' || controls.loadedRoot || !first) return controls
  const loadedRoot = yield { physical: controls.root, length: first.entries * first.entrySize }
  // Nothing lies behind them then.
  if (!loadedRoot) tables.set(controls.root, null).set(pageOf(controls.root), null)
  return { ...controls, loadedRoot }
}

function pageOf(physical: bigint): bigint {
  return physical & ~BigInt(tableSize - 1)
}

function tablesBelow(
  level: PagingLevel,
  tables: Iterable<Uint8Array>,
  controls: PagingControls,
): ReadonlySet<bigint> {
  const below = new Set<bigint>()
  if (level.maps === 'always') return below
  const { entrySize } = level
  for (const table of tables) {
    for (let offset = 0; offset < table.length; offset += entrySize) {
      const entry = decodeEntry(level, readEntry(table, offset, entrySize), controls)
      if (entry.kind === 'table') below.add(entry.base)
    }
  }
  return below
}

/** By physical address; null where there was no memory. */
type Tables = Map<bigint, Uint8Array | null>

/** `bases` in ascending order. */
function* readTables(
  bases: readonly bigint[],
  tables: Tables,
): Generator<PhysicalRange, void, Uint8Array | null> {
  const size = BigInt(tableSize)
  for (let first = 0; first < bases.length; ) {
    const physical = bases[first] ?? 0n
    let count = 1
    while (count < tablesAtOnce && bases[first + count] === physical + BigInt(count) * size) count++
    const bytes = yield { physical, length: count * tableSize }
    for (let index = 0; index < count; index++) {
      const base = physical + BigInt(index) * size
      const single = bytes ? bytes.slice(index * tableSize, (index + 1) * tableSize) : null
      // A gap inside the range must not hide the tables around it.
      tables.set(base, single ?? (count > 1 ? yield { physical: base, length: tableSize } : null))
    }
    first += count
  }
}

class WalkedAddressSpace implements AddressSpace {
  readonly mode: PagingMode
  readonly root: bigint
  readonly writeProtect: boolean
  readonly noExecute: boolean
  readonly truncated: boolean
  readonly #controls: PagingControls
  readonly #tables: Tables
  readonly #ranges: readonly MappedRange[]

  constructor(controls: PagingControls, tables: Tables, complete: boolean) {
    this.mode = controls.mode
    this.root = controls.root
    this.writeProtect = controls.writeProtect
    this.noExecute = controls.noExecute
    this.#controls = controls
    this.#tables = tables
    const collector = new RunCollector(controls, tables)
    this.#ranges = controls.mode === 'none' ? [everything] : rangesOf(collector, controls)
    this.truncated = !complete || collector.exhausted
  }

  lookup(linear: bigint): Mapping | null {
    return this.walk(linear).mapping
  }

  walk(linear: bigint): PageWalk {
    return walkPages(this.#controls, linear, (at, size) => {
      const page = pageOf(at)
      const table = this.#tables.get(page)
      if (table === undefined) return 'unknown'
      return table ? readEntry(table, Number(at - page), size) : 'unreadable'
    })
  }

  ranges(): readonly MappedRange[] {
    return this.#ranges
  }

  toString(): string {
    return rangesTable(this)
  }
}

/** With paging off a linear address is a physical one. */
const everything: MappedRange = {
  linear: 0n,
  physical: 0n,
  size: 1n << 32n,
  pageSize: tableSize,
  global: false,
  ...allRights,
}

function rangesOf(collector: RunCollector, controls: PagingControls): readonly MappedRange[] {
  return collector.collect().map((run) => ({
    linear: linearAt(controls.mode, BigInt(run.offset)),
    physical: BigInt(run.physical),
    size: BigInt(run.size),
    pageSize: run.pageSize,
    global: run.global,
    ...permissionsOf(run.rights, controls),
  }))
}
