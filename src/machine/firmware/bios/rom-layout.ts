import { invariant } from '../../../support/invariant.ts'
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
  const owners: string[] = []
  for (const row of rows) {
    let offset = row.at
    const put = (byte: number) => {
      invariant(owners[offset] === undefined, `ROM: ${row.what} lies on ${owners[offset]}`)
      invariant(offset < size, `ROM: ${row.what} lies outside`)
      owners[offset] = row.what
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

function sitesOf(service: string): readonly (readonly [offset: number, site: TrapSite])[] {
  const { called, calledAgain, wait } = trapOffsets
  return [
    [called, { service, isRepeated: false, toWait: wait - called }],
    [calledAgain, { service, isRepeated: true, toWait: wait - calledAgain }],
  ]
}
