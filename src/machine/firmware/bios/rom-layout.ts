import { type Code, trapBytes, trapOffsets } from './machine-code.ts'

/** What stands at an offset of a ROM. */
export interface RomRow {
  readonly at: number
  /** For readers, and for the error when two rows overlap. */
  readonly what: string
  readonly code: Code
}

/** Where a processor stands that calls a service: behind an OUT of a trap. */
export interface TrapSite {
  readonly service: string
  /** The second OUT: the call has been waiting. */
  readonly isRepeated: boolean
  /** From here to where it waits. */
  readonly toWait: number
}

export interface Rom {
  /** Linear address, a multiple of 4 KiB. */
  readonly at: number
  readonly bytes: Uint8Array
  /** By linear address. */
  readonly traps: ReadonlyMap<number, TrapSite>
}

/** Puts rows into a ROM of `size` bytes; what none names is 0. */
export function layOutRom(at: number, size: number, rows: readonly RomRow[]): Rom {
  const bytes = new Uint8Array(size)
  const traps = new Map<number, TrapSite>()
  /** Of each byte, 1 + the number of its row. */
  const owners = new Uint16Array(size)
  for (const [number, row] of rows.entries()) {
    let offset = row.at
    const put = (byte: number) => {
      if (owners[offset] !== 0) throw misplaced(row, rows[(owners[offset] ?? 0) - 1])
      owners[offset] = number + 1
      bytes[offset++] = byte
    }
    for (const item of row.code) {
      if (typeof item === 'number') put(item)
      else {
        for (const [site, trap] of sitesOf(item.service)) traps.set(at + offset + site, trap)
        trapBytes.forEach(put)
      }
    }
  }
  return { at, bytes, traps }
}

/** A programming error. No `other`: the row lies outside. */
function misplaced(row: RomRow, other: RomRow | undefined): Error {
  return new Error(`ROM: ${row.what} lies ${other ? `on ${other.what}` : 'outside'}`)
}

function sitesOf(service: string): readonly (readonly [offset: number, site: TrapSite])[] {
  const { called, calledAgain, wait } = trapOffsets
  return [
    [called, { service, isRepeated: false, toWait: wait - called }],
    [calledAgain, { service, isRepeated: true, toWait: wait - calledAgain }],
  ]
}
