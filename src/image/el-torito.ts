import { LittleEndian } from '../support/bytes.ts'
import { hex } from '../support/hex.ts'
import type { ByteSource } from './byte-source.ts'
import type { Flaw } from './flaw.ts'
import type { ElToritoEntry } from './image.ts'

export const isoSectorSize = 2048
/** El Torito 1.0 §2: 32-byte entries: validation, default entry, then headers, each with its section. */
const entrySize = 32
const maxCatalogueSize = 4 * isoSectorSize
const validationHeader = 1
const bootable = 0x88
const sectionHeader = 0x90
const lastSectionHeader = 0x91
const extension = 0x44
/** UEFI 2.10 §13.3.2.1. */
const efiPlatform = 0xef

const emulations = ['none', 'floppy-1.2', 'floppy-1.44', 'floppy-2.88', 'hard-disk'] as const

export interface BootCatalogue {
  readonly entries: readonly ElToritoEntry[]
  readonly flaws: readonly Flaw[]
}

/** Reads the catalogue that begins at `sector` (of 2048 bytes). */
export function readBootCatalogue(source: ByteSource, sector: number): BootCatalogue {
  const catalogue = new LittleEndian(source.read(sector * isoSectorSize, maxCatalogueSize))
  const problem = validate(catalogue)
  if (problem !== null) return { entries: [], flaws: [badCatalogue(`at sector ${sector} ${problem}`)] }
  const entries = readEntries(catalogue)
  if (entries.length === 0) return { entries, flaws: [badCatalogue('marks no entry as bootable')] }
  const outside = entries.filter(({ startSector }) => startSector * isoSectorSize >= source.size)
  return { entries, flaws: outside.slice(0, 1).map(entryPastEnd) }
}

/** §2.1: header 1, key bytes 55 AA, and words that sum to 0. */
function validate(catalogue: LittleEndian): string | null {
  if (catalogue.length < 2 * entrySize) return 'lies past the end of the image'
  if (catalogue.u8(0) !== validationHeader) return `begins with ${hex(catalogue.u8(0), 2)}, not 0x01`
  if (catalogue.u16(30) !== 0xaa55) return 'lacks the key bytes 55 AA'
  let sum = 0
  for (let at = 0; at < entrySize; at += 2) sum += catalogue.u16(at)
  return (sum & 0xffff) === 0 ? null : 'has a wrong checksum'
}

function readEntries(catalogue: LittleEndian): ElToritoEntry[] {
  const entries: ElToritoEntry[] = []
  let platform = catalogue.u8(1)
  let left = 1
  let more = true
  for (let at = entrySize; at + entrySize <= catalogue.length; at += entrySize) {
    const kind = catalogue.u8(at)
    if (left > 0) {
      if (kind === extension) continue
      left--
      if (kind === bootable) entries.push(entryAt(catalogue, at, platform))
      continue
    }
    if (kind === extension) continue
    if (!more || (kind !== sectionHeader && kind !== lastSectionHeader)) break
    more = kind === sectionHeader
    platform = catalogue.u8(at + 1)
    left = catalogue.u16(at + 2)
  }
  return entries
}

function entryAt(catalogue: LittleEndian, at: number, platform: number): ElToritoEntry {
  return {
    platform: platform === 0 ? 'bios' : platform === efiPlatform ? 'uefi' : 'other',
    emulation: emulations[catalogue.u8(at + 1) & 0xf] ?? 'none',
    loadSegment: catalogue.u16(at + 2),
    sectors: catalogue.u16(at + 6),
    startSector: catalogue.u32(at + 8),
  }
}

function badCatalogue(problem: string): Flaw {
  return {
    id: 'boot-catalog',
    severity: 'fatal',
    what: `the El Torito boot catalog ${problem}`,
    consequence: 'firmware finds nothing on the image to start',
    mend: 'make the image again with xorriso or grub-mkrescue; do not edit the catalog by hand',
  }
}

function entryPastEnd({ platform, startSector }: ElToritoEntry): Flaw {
  return {
    id: 'boot-entry-past-end',
    severity: 'warning',
    what: `the boot image for ${platform} begins at sector ${startSector}, past the end of the image`,
    consequence: 'firmware cannot read what it is told to start',
    mend: 'make or download the image again: it was cut short',
  }
}
