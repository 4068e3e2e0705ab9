/**
 * What is in a drive: sectors of a fixed size. Reading and writing take no time; where the bytes live,
 * and that a user's file is never written, is the business of whoever makes one.
 */
export interface Medium {
  readonly sectorBytes: 512 | 2048
  readonly sectors: number
  readonly isWritable: boolean
  /** The first of these sectors that cannot be read; null where all can, as when it is not there. */
  firstBad?(first: number, count: number): number | null
  /** Hears of sectors that somebody wants and that are not all on it. */
  missed?(range: SectorRange): void
  /** Bytes of `count` sectors from `first` on, all of them inside the medium. */
  read(first: number, count: number): Uint8Array
  /** Whole sectors from `first` on, all of them inside the medium. */
  write(first: number, bytes: Uint8Array): void
}

/** Neighbouring sectors. */
export interface SectorRange {
  readonly first: number
  readonly count: number
}

/** Whether sectors are all on the medium, to be asked before they are read or written. */
export function hasSectors(medium: Medium, range: SectorRange): boolean {
  const isInside = range.first + range.count <= medium.sectors
  if (!isInside) medium.missed?.(range)
  return isInside
}

export function firstBadSector(medium: Medium, { first, count }: SectorRange): number | null {
  return medium.firstBad?.(first, count) ?? null
}
