import type { LittleEndian } from '../support/bytes.ts'
import { hex } from '../support/hex.ts'
import { activeFlaws } from './active-partitions.ts'
import type { Flaw } from './flaw.ts'
import type { Partition } from './image.ts'
import { sectorSize } from './sector.ts'

export const partitionTableAt = 446
const entrySize = 16
const primaryPartitions = 4
const active = 0x80

/** What the type bytes that kernel developers meet are called. */
const typeNames: Readonly<Record<number, string>> = {
  1: 'FAT12',
  4: 'FAT16',
  5: 'extended',
  6: 'FAT16',
  7: 'NTFS or exFAT',
  11: 'FAT32',
  12: 'FAT32',
  14: 'FAT16',
  15: 'extended',
  32: 'bootloader stage',
  130: 'Linux swap',
  131: 'Linux',
  238: 'GPT protective',
  239: 'EFI system',
}

/** What the partition table of a first sector says. */
export interface MasterBootRecord {
  readonly partitions: readonly Partition[]
  readonly flaws: readonly Flaw[]
}

/**
 * The four primary partitions, of a disk with `size` bytes. A boot sector without a table has code there: it
 * is taken for a table only where all four entries look like one (first byte 00 or 80), or some of them so
 * much that it is one gone bad.
 */
export function readMbr(sector: LittleEndian, size: number): MasterBootRecord {
  const entries = Array.from({ length: primaryPartitions }, (_, index) => entryAt(sector, index))
  const odd = entries.find(({ status }) => status !== 0 && status !== active)
  if (odd === undefined) {
    const partitions = entries.filter(isUsed).map(({ status: _, ...one }) => one)
    return { partitions, flaws: activeFlaws(entries) }
  }
  const isTable =
    isErased(sector) ||
    entries.some(({ bootable, name }) => bootable && name !== '') ||
    entries.every((entry) => isEmpty(entry) || isOnDisk(entry, size))
  return { partitions: [], flaws: isTable ? [oddStatus(odd)] : [] }
}

interface Entry extends Partition {
  readonly status: number
}

function entryAt(sector: LittleEndian, index: number): Entry {
  const at = partitionTableAt + index * entrySize
  const status = sector.u8(at)
  const type = sector.u8(at + 4)
  return {
    status,
    number: index + 1,
    type: hex(type, 2),
    name: typeNames[type] ?? '',
    bootable: status === active,
    firstSector: sector.u32(at + 8),
    sectors: sector.u32(at + 12),
  }
}

const isUsed = ({ type, sectors }: Entry) => type !== hex(0, 2) && sectors !== 0

/** No code: it is what flash memory has that was never written to. */
function isErased(sector: LittleEndian): boolean {
  const table = sector.bytes.subarray(partitionTableAt, partitionTableAt + primaryPartitions * entrySize)
  return table.every((byte) => byte === 0xff)
}

/** Hardly code. */
function isOnDisk({ firstSector, sectors }: Entry, size: number): boolean {
  return firstSector > 0 && sectors > 0 && (firstSector + sectors) * sectorSize <= size
}

const isEmpty = ({ status, type, firstSector, sectors }: Entry) =>
  status === 0 && type === hex(0, 2) && firstSector === 0 && sectors === 0

function oddStatus({ number, status }: Entry): Flaw {
  return {
    id: 'partition-status',
    severity: 'warning',
    what: `partition ${number} has the status ${hex(status, 2)}, which is neither 00 nor 80`,
    consequence:
      'the usual boot sectors of an MBR answer "Invalid partition table", and operating systems find no partition',
    mend: 'make the table again with sfdisk; a boot sector that needs no table ends its code in front of byte 446',
  }
}
