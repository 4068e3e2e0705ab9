import { type Code, type Trap, trapBytes, trapOffsets } from './machine-code.ts'

/** What stands at an offset of a ROM. */
export interface RomRow {
  readonly at: number
  /** For readers, and for the error when two rows overlap. */
  readonly what: string
  readonly code: Code | Uint8Array
}

/** Where a processor stands that calls a service: behind an OUT of a trap. */
export interface TrapSite {
  readonly service: string
  /** The second OUT: the call has been waiting. */
  readonly isRepeated: boolean
  /** See {@link Trap}. */
  readonly isFar: boolean
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
  const placed: Placed[] = []
  for (const row of rows) {
    const code = row.code instanceof Uint8Array ? row.code : encoded(row.code, at + row.at, traps)
    const end = row.at + code.length
    const other = placed.find((there) => there.row.at < end && row.at < there.end)
    if (other || end > size) throw misplaced(row, other?.row)
    bytes.set(code, row.at)
    placed.push({ row, end })
  }
  return { at, bytes, traps }
}

interface Placed {
  readonly row: RomRow
  readonly end: number
}

/** Notes the traps of what stands at a linear address. */
function encoded(code: Code, address: number, traps: Map<number, TrapSite>): readonly number[] {
  const bytes: number[] = []
  for (const item of code) {
    if (typeof item === 'number') {
      bytes.push(item)
    } else {
      for (const [site, trap] of sitesOf(item)) traps.set(address + bytes.length + site, trap)
      bytes.push(...trapBytes)
    }
  }
  return bytes
}

/** A programming error. No `other`: the row lies outside. */
function misplaced(row: RomRow, other: RomRow | undefined): Error {
  return new Error(`ROM: ${row.what} lies ${other ? `on ${other.what}` : 'outside'}`)
}

function sitesOf({ service, isFar = false }: Trap): readonly (readonly [offset: number, site: TrapSite])[] {
  const { called, calledAgain, wait } = trapOffsets
  return [
    [called, { service, isFar, isRepeated: false, toWait: wait - called }],
    [calledAgain, { service, isFar, isRepeated: true, toWait: wait - calledAgain }],
  ]
}
