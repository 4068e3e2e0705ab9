import { AtaDisk } from './devices/ata-disk.ts'
import { AtapiDrive } from './devices/atapi-drive.ts'
import type { IdeDrive } from './devices/ide-drive.ts'
import type { Chips } from './machine-table.ts'
import type { Drive } from './media/drive.ts'

/** Both drives of the primary channel, then those of the secondary. */
const placeCount = 4
/** Where drives are looked for first: disks from the primary channel on, CD drives on the secondary one. */
const places = { disk: [0, 1, 2, 3], cdrom: [2, 3, 1, 0] } as const

/**
 * Puts hard disks and CD drives on the IDE cables; a fifth is there for the BIOS only. Answers the CD drives,
 * by their numbers.
 */
export function connectDrives(chips: Chips, drives: readonly Drive[]): ReadonlyMap<number, AtapiDrive> {
  const packetDrives = new Map<number, AtapiDrive>()
  const ide: (IdeDrive<unknown> | null)[] = new Array(placeCount).fill(null)
  for (const kind of ['cdrom', 'disk'] as const) {
    for (const drive of drives) {
      if (drive.kind !== kind) continue
      const free = places[kind].find((place) => ide[place] === null)
      if (free !== undefined) ide[free] = ideDrive(drive, packetDrives)
    }
  }
  for (const [place, drive] of ide.entries()) {
    const channel = place < 2 ? chips.primaryIde : chips.secondaryIde
    channel.connect(place % 2 === 0 ? 0 : 1, drive)
  }
  return packetDrives
}

function ideDrive(
  { kind, number, medium }: Drive,
  packetDrives: Map<number, AtapiDrive>,
): IdeDrive<unknown> | null {
  if (kind !== 'cdrom') return medium && new AtaDisk(medium)
  const packetDrive = new AtapiDrive(medium)
  packetDrives.set(number, packetDrive)
  return packetDrive
}
