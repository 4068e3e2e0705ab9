import type { FloppyFormat } from '../../support/floppy-formats.ts'

/** Bits of the status registers 1 and 2 (Intel 82077AA, section 6). */
export const st1 = {
  missingAddressMark: 0x01,
  notWritable: 0x02,
  noData: 0x04,
  overrun: 0x10,
  dataError: 0x20,
  endOfCylinder: 0x80,
} as const
export const st2 = { wrongCylinder: 0x10, dataError: 0x20 } as const

/** The code for sectors of 512 bytes. */
export const sectorSize = { code: 2, bytes: 512 } as const

/** What the ID field of a sector holds. */
export interface SectorId {
  readonly cylinder: number
  readonly head: number
  readonly sector: number
  readonly size: number
}

/** Where a head is, and how it reads. */
export interface HeadPosition {
  readonly format: FloppyFormat
  readonly track: number
  readonly head: number
  readonly isMfm: boolean
  /** Bits 0 and 1 of the data rate select register: 500, 300, 250 or 1000 kbit/s. */
  readonly rate: number
}

export interface ReadError {
  readonly st1: number
  readonly st2: number
}

/** Sectors of a track by the rate that brings them: 720 KB, 1.44 MB, 2.88 MB. */
const fewest = { at500: 15, at1000: 36 } as const

const rateOf = ({ sectorsPerTrack }: FloppyFormat): number => {
  if (sectorsPerTrack >= fewest.at1000) return 3
  return sectorsPerTrack >= fewest.at500 ? 0 : 2
}

/** There are address marks under the head that this rate and encoding can find. */
export function isReadable({ format, track, head, isMfm, rate }: HeadPosition): boolean {
  return isMfm && rate === rateOf(format) && track < format.cylinders && head < format.heads
}

/** The sector of the medium that has this ID, counted from 0; or why no head finds it in two turns. */
export function findSector(position: HeadPosition, id: SectorId): number | ReadError {
  const { format, track, head } = position
  if (!isReadable(position)) return { st1: st1.missingAddressMark, st2: 0 }
  const { cylinder, sector, size } = id
  const isThere = sector >= 1 && sector <= format.sectorsPerTrack
  if (cylinder !== track) return { st1: st1.noData, st2: st2.wrongCylinder }
  if (!isThere || id.head !== head || size !== sectorSize.code) return { st1: st1.noData, st2: 0 }
  return (track * format.heads + head) * format.sectorsPerTrack + sector - 1
}

export interface Advance {
  readonly id: SectorId
  /** The head that is there. */
  readonly head: number
  /** The cylinder was done with that sector: nothing follows in this command. */
  readonly isEnd: boolean
}

/** What follows a sector, to be read or told: data sheet, table 5-6. */
export function nextSector(id: SectorId, head: number, lastSector: number, isMultiTrack: boolean): Advance {
  if (id.sector !== lastSector) return { id: { ...id, sector: (id.sector + 1) & 0xff }, head, isEnd: false }
  const first = { ...id, sector: 1 }
  if (isMultiTrack && head === 0) return { id: { ...first, head: id.head ^ 1 }, head: 1, isEnd: false }
  const after = { ...first, cylinder: (id.cylinder + 1) & 0xff, head: isMultiTrack ? id.head ^ 1 : id.head }
  return { id: after, head, isEnd: true }
}
