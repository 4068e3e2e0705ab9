import type { Flaw } from './flaw.ts'
import type { Partition } from './image.ts'

/** What the usual boot sector of an MBR stumbles over, which looks at nothing but the status of an entry. */
export function activeFlaws(
  entries: readonly Pick<Partition, 'number' | 'bootable' | 'sectors'>[],
): readonly Flaw[] {
  const active = entries.filter(({ bootable }) => bootable)
  const empty = active.find(({ sectors }) => sectors === 0)
  const numbers = active.map(({ number }) => number)
  return [...(empty ? [withoutSectors(empty.number)] : []), ...(numbers.length > 1 ? [several(numbers)] : [])]
}

function withoutSectors(number: number): Flaw {
  return {
    id: 'partition-empty',
    severity: 'warning',
    what: `partition ${number} is marked active and has no sectors`,
    consequence:
      'the usual boot sectors of an MBR start what its entry points to, and no boot sector is there',
    mend: 'mark the partition with the boot loader as active: sfdisk --activate FILE NUMBER',
  }
}

function several(numbers: readonly number[]): Flaw {
  return {
    id: 'two-active-partitions',
    severity: 'warning',
    what: `partitions ${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)} are marked active`,
    consequence: 'the usual boot sectors of an MBR answer "Invalid partition table" and start none of them',
    mend: 'leave one of them active: sfdisk --activate FILE NUMBER',
  }
}
