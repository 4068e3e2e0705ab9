import { hex } from '../support/hex.ts'
import type { Flaw } from './flaw.ts'
import type { Partition } from './image.ts'
import { sectorSize } from './sector.ts'

const protective = hex(0xee, 2)

/** What is wrong with a partition table, for an image of `size` bytes. */
export function partitionFlaws(size: number, partitions: readonly Partition[], isGpt: boolean): Flaw[] {
  const found = [pastEnd(size, partitions), overlap(partitions), isGpt ? null : withoutGpt(partitions)]
  return found.filter((flaw) => flaw !== null)
}

function pastEnd(size: number, partitions: readonly Partition[]): Flaw | null {
  const sectors = Math.ceil(size / sectorSize)
  const outside = partitions.find((one) => one.firstSector + one.sectors > sectors)
  if (!outside) return null
  return {
    id: 'partition-past-end',
    severity: 'warning',
    what: `partition ${outside.number} ends past the end of the image`,
    consequence: 'the image was cut short, or the table is of another disk: reads beyond the end fail',
    mend: 'make the image again, or correct the table with sfdisk',
  }
}

/** Partitions on each other, or on the sector that the table is in. */
function overlap(partitions: readonly Partition[]): Flaw | null {
  const table = { number: 0, firstSector: 0, sectors: 1 }
  const sorted = [table, ...partitions].sort((one, other) => one.firstSector - other.firstSector)
  let widest = table
  for (const partition of sorted.slice(1)) {
    if (partition.firstSector < widest.firstSector + widest.sectors) return overlapFlaw(partition, widest)
    if (partition.firstSector + partition.sectors > widest.firstSector + widest.sectors) widest = partition
  }
  return null
}

type Place = Pick<Partition, 'number' | 'firstSector' | 'sectors'>

function overlapFlaw(one: Place, other: Place): Flaw {
  const what =
    other.number === 0
      ? `partition ${one.number} begins at sector 0, where the partition table is`
      : `partitions ${[one.number, other.number].sort((a, b) => a - b).join(' and ')} share sectors`
  return {
    id: 'partitions-overlap',
    severity: 'warning',
    what,
    consequence: 'what is written to one of them destroys the other',
    mend: 'make the image again, or correct the table with sfdisk',
  }
}

function withoutGpt(partitions: readonly Partition[]): Flaw | null {
  if (!partitions.some(({ type }) => type === protective)) return null
  return {
    id: 'protective-without-gpt',
    severity: 'warning',
    what: 'the MBR protects a GPT, but the second sector has none',
    consequence: 'neither UEFI firmware nor an operating system finds the partitions',
    mend: 'make the table again with sgdisk; where only its first copy is gone, gdisk recovers it from the last',
  }
}
