import { invariant } from '../support/invariant.ts'

/** What a page lets the kernel do; reading is always allowed. */
export interface PageAccess {
  readonly writable: boolean
  readonly executable: boolean
}

const entries = 512
const tableBytes = 4096
const smallPage = 4096n
export const largePage = 1n << 21n

/** SDM vol. 3 §4.5.4. */
const bit = { present: 1n, writable: 1n << 1n, pageSize: 1n << 7n, noExecute: 1n << 63n }
const addressMask = 0x000f_ffff_ffff_f000n
const topLevel = 4
const largePageLevel = 2

interface Table {
  readonly level: number
  readonly slots: BigUint64Array
}

/**
 * Four-level page tables in the making. Links between tables are indices until {@link render} gives them
 * addresses.
 */
export class PageTables {
  readonly #tables: Table[] = [newTable(topLevel)]
  readonly #links: { readonly table: Table; readonly slot: number }[] = []

  /** Bytes that the tables take. */
  get size(): number {
    return this.#tables.length * tableBytes
  }

  /**
   * Maps `[linear, linear + size)`, in pages of 2 MiB where both addresses allow it; a later mapping replaces
   * an earlier.
   */
  map(linear: bigint, physical: bigint, size: bigint, access: PageAccess): void {
    invariant((linear | physical | size) % smallPage === 0n, 'mappings consist of whole pages')
    for (let done = 0n; done < size; ) {
      const aligned = (linear + done) % largePage === 0n && (physical + done) % largePage === 0n
      const large = aligned && size - done >= largePage
      const table = this.#tableFor(linear + done, large ? largePageLevel : 1)
      table.slots[slotOf(linear + done, table.level)] = leaf(physical + done, access, large)
      done += large ? largePage : smallPage
    }
  }

  /** The tables as they must stand at physical `base`, little-endian as every host; the first is the top. */
  render(base: bigint): Uint8Array {
    const all = new BigUint64Array(this.#tables.length * entries)
    for (const [index, { slots }] of this.#tables.entries()) all.set(slots, index * entries)
    for (const { table, slot } of this.#links) {
      const entry = table.slots[slot] ?? 0n
      const isLink = (entry & bit.pageSize) === 0n
      if (isLink) all[this.#tables.indexOf(table) * entries + slot] = entry + base
    }
    return new Uint8Array(all.buffer)
  }

  #tableFor(linear: bigint, level: number): Table {
    let table = this.#tableAt(0)
    while (table.level > level) table = this.#below(table, slotOf(linear, table.level))
    return table
  }

  /** The table under a slot; made, or made of a large page, where there is none. */
  #below(table: Table, slot: number): Table {
    const entry = table.slots[slot] ?? 0n
    const isLarge = (entry & bit.pageSize) !== 0n
    if ((entry & bit.present) !== 0n && !isLarge)
      return this.#tableAt(Number((entry & addressMask) / smallPage))
    const made = newTable(table.level - 1)
    if (isLarge) {
      const small = entry & ~bit.pageSize
      for (let index = 0; index < entries; index++) made.slots[index] = small + BigInt(index) * smallPage
    }
    table.slots[slot] = (BigInt(this.#tables.length) * smallPage) | bit.present | bit.writable
    this.#links.push({ table, slot })
    this.#tables.push(made)
    return made
  }

  #tableAt(index: number): Table {
    const table = this.#tables[index]
    invariant(table, 'a link between page tables leads to a table')
    return table
  }
}

function newTable(level: number): Table {
  return { level, slots: new BigUint64Array(entries) }
}

function slotOf(linear: bigint, level: number): number {
  return Number((linear >> BigInt(12 + 9 * (level - 1))) & 0x1ffn)
}

function leaf(physical: bigint, { writable, executable }: PageAccess, large: boolean): bigint {
  return (
    physical |
    bit.present |
    (writable ? bit.writable : 0n) |
    (executable ? 0n : bit.noExecute) |
    (large ? bit.pageSize : 0n)
  )
}
