import { bothAllow, type Permissions, readEntry } from './page-walk.ts'
import { canonicalHole, decodeEntry, type PagingControls, pagingLevels, type Rights } from './paging.ts'

/**
 * Pages that continue each other in linear and physical addresses, with the same size, rights and global bit.
 */
export interface MappedRun {
  /**
   * In bytes from the first address that the table spans: a multiple of 4 KiB below 2^57, so a number is
   * exact. So are all others here.
   */
  readonly offset: number
  readonly physical: number
  readonly size: number
  readonly pageSize: number
  readonly rights: Rights
  readonly global: boolean
}

/** A {@link MappedRun} as it is told: addresses as the CPU knows them, permissions of all levels together. */
export interface MappedRange extends Permissions {
  readonly linear: bigint
  readonly physical: bigint
  /** In bytes. */
  readonly size: bigint
  readonly pageSize: number
  readonly global: boolean
}

/** What bounds the work on tables that refer to themselves: entries looked at, and runs made. */
export const runLimits = { steps: 4_000_000, runs: 262_144 } as const

/**
 * The runs that a root table maps. A table that is reached by several ways is read once for each level it
 * serves at; what the entries above it forbid is taken from its runs afterwards.
 */
export class RunCollector {
  readonly #controls: PagingControls
  readonly #tables: ReadonlyMap<bigint, Uint8Array | null>
  readonly #known: Map<bigint, readonly MappedRun[]>[]
  /** No run goes on across it. */
  readonly #canonicalHole: number | null
  #steps = 0
  #runs = 0
  /** A limit was reached: the runs are right, but not all. */
  exhausted = false

  constructor(controls: PagingControls, tables: ReadonlyMap<bigint, Uint8Array | null>) {
    this.#controls = controls
    this.#tables = tables
    this.#canonicalHole = canonicalHole(controls.mode)
    this.#known = pagingLevels(controls.mode).map(() => new Map())
  }

  collect(): readonly MappedRun[] {
    return this.#runsOf(this.#controls.root, 0)
  }

  #runsOf(base: bigint, depth: number): readonly MappedRun[] {
    const known = this.#known[depth]
    const level = pagingLevels(this.#controls.mode)[depth]
    const table = (depth === 0 && this.#controls.loadedRoot) || this.#tables.get(base)
    if (!known || !level || !table) return []
    const before = known.get(base)
    if (before) return before
    const runs: MappedRun[] = []
    const { entries, entrySize } = level
    for (let index = 0; index < entries && !this.exhausted; index++) {
      // Most entries of most tables are empty, and reading a byte is much cheaper than reading a BigInt.
      if (((table[index * entrySize] ?? 0) & 1) === 0) continue
      const entry = decodeEntry(level, readEntry(table, index * entrySize, entrySize), this.#controls)
      const size = 2 ** level.shift
      const offset = index * size
      if (entry.kind === 'page') {
        const { rights, global } = entry
        this.#add(runs, { offset, physical: Number(entry.base), size, pageSize: size, rights, global })
      } else if (entry.kind === 'table') {
        for (const run of this.#runsOf(entry.base, depth + 1)) {
          const rights = bothAllow(run.rights, entry.rights)
          if (!this.#add(runs, { ...run, offset: run.offset + offset, rights })) break
        }
      }
    }
    known.set(base, runs)
    return runs
  }

  /** False when a limit is reached. */
  #add(runs: MappedRun[], run: MappedRun): boolean {
    const last = runs.at(-1)
    if (last && run.offset !== this.#canonicalHole && continues(last, run)) {
      runs[runs.length - 1] = { ...last, size: last.size + run.size }
    } else {
      runs.push(run)
      this.#runs++
    }
    this.#steps++
    this.exhausted = this.#steps >= runLimits.steps || this.#runs >= runLimits.runs
    return !this.exhausted
  }
}

function continues(last: MappedRun, run: MappedRun): boolean {
  return (
    last.offset + last.size === run.offset &&
    last.physical + last.size === run.physical &&
    last.pageSize === run.pageSize &&
    last.global === run.global &&
    last.rights.writable === run.rights.writable &&
    last.rights.user === run.rights.user &&
    last.rights.executable === run.rights.executable
  )
}
