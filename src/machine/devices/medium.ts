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
  /**
   * Hears of sectors that somebody wants and that are not all on it; `imageSectors`: that are of a disk image
   * on it, with so many.
   */
  missed?(range: SectorRange, imageSectors?: number): void
  /** Hears of a place that somebody wants and a geometry does not have. */
  misaddressed?(place: MissingPlace): void
  /** Bytes of `count` sectors from `first` on, all of them inside the medium. */
  read(first: number, count: number): Uint8Array
  /** Whole sectors from `first` on, all of them inside the medium. */
  write(first: number, bytes: Uint8Array): void
}

/** A cylinder, a head and a sector outside of a geometry, as a BIOS counts them: sectors from 1. */
export interface MissingPlace {
  readonly cylinder: number
  readonly head: number
  readonly sector: number
  /** The last that there is. */
  readonly last: { readonly cylinder: number; readonly head: number; readonly sector: number }
  /** Of a disk image on the medium. */
  readonly isImage?: true
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
