import type { MemoryLayout } from './memory-layout.ts'
import { PageTables } from './page-tables.ts'

const identityMapEnd = 1n << 32n

/**
 * Page tables with the first 4 GiB one to one, writable and executable: where boot information is, and
 * devices.
 */
export function identityMap(): PageTables {
  const tables = new PageTables()
  tables.map(0n, 0n, identityMapEnd, { writable: true, executable: true })
  return tables
}

/** Places and writes finished tables and answers what CR3 must hold. */
export function addPageTables(layout: MemoryLayout, tables: PageTables): bigint {
  const what = 'page tables'
  const at = layout.place({ what, size: tables.size, alignment: 4096, prefer: 'low' })
  layout.write(what, at, tables.render(at))
  return at
}
