import { LittleEndian } from '../support/bytes.ts'
import { hex } from '../support/hex.ts'
import type { ByteSource } from './byte-source.ts'
import type { Flaw } from './flaw.ts'
import type { ElToritoEntry } from './image.ts'

export const isoSectorSize = 2048
/** El Torito 1.0 §2: 32-byte entries: validation, default entry, then headers, each with its section. */
const entrySize = 32
const maxCatalogSize = 4 * isoSectorSize
const validationHeader = 1
const bootable = 0x88
const sectionHeader = 0x90
const lastSectionHeader = 0x91
const extension = 0x44
/** UEFI 2.10 §13.3.2.1. */
const efiPlatform = 0xef

const emulations = ['none', 'floppy-1.2', 'floppy-1.44', 'floppy-2.88', 'hard-disk'] as const

/** What the emulated disk has, in KiB; other boot images are as large as what is loaded of them. */
const floppyKiB: Readonly<Record<ElToritoEntry['emulation'], number>> = {
  none: 0,
  'floppy-1.2': 1200,
  'floppy-1.44': 1440,
  'floppy-2.88': 2880,
  'hard-disk': 0,
  unknown: 0,
}
const loadedSectorSize = 512
const partitionTable = { at: 446, entrySize: 16, typeAt: 4 } as const

export interface BootCatalog {
  readonly entries: readonly ElToritoEntry[]
  readonly flaws: readonly Flaw[]
}

/** Reads the catalog that begins at `sector` (of 2048 bytes). */
export function readBootCatalog(source: ByteSource, sector: number): BootCatalog {
  const catalog = new LittleEndian(source.read(sector * isoSectorSize, maxCatalogSize))
  const problem = validate(catalog)
  if (problem !== null) return { entries: [], flaws: [badCatalog(`at sector ${sector} ${problem}`)] }
  const entries = readEntries(catalog)
  if (entries.length === 0) return { entries, flaws: [badCatalog('marks no entry as bootable')] }
  const outside = entries.find((entry) => endOf(entry) > source.size)
  const forBios = entries.find(({ platform }) => platform === 'bios')
  const why = forBios ? whyUnusable(source, forBios) : null
  const past = outside ? [entryPastEnd(outside, source.size)] : []
  return { entries, flaws: why === null ? past : [...past, entryUnusable(why)] }
}

/** §2.2, of what a BIOS is to start: null where nothing is wrong with it. */
function whyUnusable(source: ByteSource, { emulation, sectors, startSector }: ElToritoEntry): string | null {
  if (emulation === 'unknown') return 'is of a kind that El Torito does not have'
  if (emulation === 'none') return sectors === 0 ? 'has no sectors that are to be loaded' : null
  if (emulation !== 'hard-disk') return null
  const entry = source.read(startSector * isoSectorSize + partitionTable.at, partitionTable.entrySize)
  return (entry[partitionTable.typeAt] ?? 0) === 0 ? 'is a hard disk without a partition' : null
}

/** §2.1: header 1, key bytes 55 AA, and words that sum to 0. */
function validate(catalog: LittleEndian): string | null {
  if (catalog.length < 2 * entrySize) return 'lies past the end of the image'
  if (catalog.u8(0) !== validationHeader) return `begins with ${hex(catalog.u8(0), 2)}, not 0x01`
  if (catalog.u16(30) !== 0xaa55) return 'lacks the key bytes 55 AA'
  let sum = 0
  for (let at = 0; at < entrySize; at += 2) sum += catalog.u16(at)
  return (sum & 0xffff) === 0 ? null : 'has a wrong checksum'
}

function readEntries(catalog: LittleEndian): ElToritoEntry[] {
  const entries: ElToritoEntry[] = []
  let platform = catalog.u8(1)
  let left = 1
  let more = true
  for (let at = entrySize; at + entrySize <= catalog.length; at += entrySize) {
    const kind = catalog.u8(at)
    if (left > 0) {
      if (kind === extension) continue
      left--
      if (kind === bootable) entries.push(entryAt(catalog, at, platform))
      continue
    }
    if (kind === extension) continue
    if (!more || (kind !== sectionHeader && kind !== lastSectionHeader)) break
    more = kind === sectionHeader
    platform = catalog.u8(at + 1)
    left = catalog.u16(at + 2)
  }
  return entries
}

function entryAt(catalog: LittleEndian, at: number, platform: number): ElToritoEntry {
  return {
    platform: platform === 0 ? 'bios' : platform === efiPlatform ? 'uefi' : 'other',
    emulation: emulations[catalog.u8(at + 1) & 0xf] ?? 'unknown',
    loadSegment: catalog.u16(at + 2),
    sectors: catalog.u16(at + 6),
    startSector: catalog.u32(at + 8),
  }
}

function badCatalog(problem: string): Flaw {
  return {
    id: 'boot-catalog',
    severity: 'fatal',
    what: `the El Torito boot catalog ${problem}`,
    consequence: 'firmware finds nothing on the image to start',
    mend: 'make the image again with xorriso or grub-mkrescue; do not edit the catalog by hand',
  }
}

/** The first byte that the firmware does not need. How much UEFI firmware reads, its file system says. */
function endOf({ platform, emulation, sectors, startSector }: ElToritoEntry): number {
  const start = startSector * isoSectorSize
  if (platform !== 'bios') return start + 1
  return start + Math.max(floppyKiB[emulation] * 1024, sectors * loadedSectorSize, 1)
}

function entryUnusable(why: string): Flaw {
  return {
    id: 'boot-entry-unusable',
    severity: 'warning',
    what: `the boot image for bios ${why}`,
    consequence: 'a BIOS passes the CD over, or starts what is not there',
    mend: 'make the image again, with -no-emul-boot and -boot-load-size 4 (xorriso -as mkisofs), or with grub-mkrescue',
  }
}

function entryPastEnd({ platform, startSector }: ElToritoEntry, size: number): Flaw {
  const verb = startSector * isoSectorSize >= size ? 'begins' : 'ends'
  const place = verb === 'begins' ? `at sector ${startSector}, past` : 'past'
  return {
    id: 'boot-entry-past-end',
    severity: 'warning',
    what: `the boot image for ${platform} ${verb} ${place} the end of the image`,
    consequence: 'firmware cannot read what it is told to start',
    mend: 'make or download the image again: it was cut short',
  }
}
