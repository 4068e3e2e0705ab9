import { firstBadSector, type Medium } from '../../devices/medium.ts'
import { numberAt } from './little-endian.ts'

/** What the boot catalog of a CD names (El Torito 1.0, section 2); sectors of the disc have 2048 bytes. */
export interface BootEntry {
  readonly media: MediaType
  /** Real mode; what is loaded is entered at its first byte. */
  readonly loadSegment: number
  /** Sectors of 512 bytes that are loaded. */
  readonly count: number
  /** Of the disc. */
  readonly first: number
}

/** Bits 0 to 3 of byte 1 of an entry. */
export const mediaType = { none: 0, floppy1200: 1, floppy1440: 2, floppy2880: 3, hardDisk: 4 } as const
export type MediaType = (typeof mediaType)[keyof typeof mediaType]

/** Section 3: the boot record is the second volume descriptor. */
const bootRecordAt = 17
const identifier = '\0CD001\x01EL TORITO SPECIFICATION\0'
const catalogPointerAt = 0x47

const entryBytes = 32
const validation = { header: 1, keyAt: 30, key: 0xaa55 } as const
const bootable = 0x88
const header = { more: 0x90, last: 0x91, extension: 0x44 } as const
const biosPlatform = 0
const usualSegment = 0x7c0
const catalogSectors = 4

/** Where the boot catalog of a disc begins; null where no boot record names one. */
export function catalogSector(disc: Medium): number | null {
  if (disc.sectors <= bootRecordAt) return null
  const record = disc.read(bootRecordAt, 1)
  const hasName = Array.from(identifier).every((letter, at) => letter.charCodeAt(0) === record[at])
  return hasName ? numberAt(record, catalogPointerAt, 4) : null
}

/** The first entry for a BIOS, or why there is none: what to say of the drive. */
export function bootEntry(disc: Medium): BootEntry | string {
  const isBad = (first: number) => firstBadSector(disc, { first, count: 1 }) !== null
  if (isBad(bootRecordAt)) return 'has a boot record that cannot be read'
  const at = catalogSector(disc)
  if (at === null) return 'has no El Torito boot record'
  if (at >= disc.sectors) return 'has its boot catalog outside of the disc'
  if (isBad(at)) return 'has a boot catalog that cannot be read'
  const catalog = disc.read(at, Math.min(catalogSectors, disc.sectors - at))
  if (!isValid(catalog)) return 'has a damaged boot catalog'
  const entry = firstForBios(catalog)
  if (entry === null) return 'has no boot image for a BIOS'
  if (entry.media > mediaType.hardDisk) return 'has a boot image of an unknown kind'
  return entry.first >= disc.sectors ? 'has its boot image outside of the disc' : entry
}

/** Section 2.1: all words of the validation entry add up to 0. */
function isValid(catalog: Uint8Array): boolean {
  let sum = 0
  for (let at = 0; at < entryBytes; at += 2) sum += numberAt(catalog, at, 2)
  const hasKey = numberAt(catalog, validation.keyAt, 2) === validation.key
  return catalog[0] === validation.header && hasKey && sum % 0x1_0000 === 0
}

/** Sections 2.2 to 2.5. Entries of other platforms, such as EFh of UEFI, are none of ours. */
function firstForBios(catalog: Uint8Array): BootEntry | null {
  let platform = catalog[1]
  let left = 1
  let hasMore = true
  for (let at = entryBytes; at < catalog.length; at += entryBytes) {
    const kind = catalog[at]
    if (kind === header.extension) continue
    if (left > 0) {
      left--
      if (kind === bootable && platform === biosPlatform) return entryAt(catalog, at)
      continue
    }
    if (!hasMore || (kind !== header.more && kind !== header.last)) return null
    hasMore = kind === header.more
    platform = catalog[at + 1]
    left = numberAt(catalog, at + 2, 2)
  }
  return null
}

function entryAt(catalog: Uint8Array, at: number): BootEntry {
  return {
    media: (numberAt(catalog, at + 1, 1) & 0x0f) as MediaType,
    loadSegment: numberAt(catalog, at + 2, 2) || usualSegment,
    count: numberAt(catalog, at + 6, 2),
    first: numberAt(catalog, at + 8, 4),
  }
}
