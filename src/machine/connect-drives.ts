import { AtaDisk } from './devices/ata-disk.ts'
import { AtapiDrive } from './devices/atapi-drive.ts'
import { type FloppyDisk, FloppyUnit } from './devices/floppy-unit.ts'
import type { IdeDrive } from './devices/ide-drive.ts'
import type { Drive, RemovableDrive } from './media/drive.ts'
import type { Chips } from './table-rows.ts'

/** Both drives of the primary channel, then those of the secondary. */
const placeCount = 4
/** Where drives are looked for first: disks from the primary channel on, CD drives on the secondary one. */
const places = { disk: [0, 1, 2, 3], cdrom: [2, 3, 1, 0] } as const

/** A drive whose medium can be changed. */
export interface MediumSlot {
  /** Puts what is in `drive` now into it. */
  insert(drive: RemovableDrive): void
  /** Where it opens by itself. */
  open?(): void
}

/**
 * Puts hard disks, CD drives and floppy drives on their cables; a fifth of IDE is there for the BIOS only.
 * Answers those whose medium can be changed, by their numbers.
 */
export function connectDrives(
  chips: Chips,
  drives: readonly Drive[],
  onTray: TrayMoved = () => {},
): ReadonlyMap<number, MediumSlot> {
  const slots = new Map<number, MediumSlot>()
  const ide: (IdeDrive<unknown> | null)[] = new Array(placeCount).fill(null)
  for (const kind of ['cdrom', 'disk'] as const) {
    for (const drive of drives) {
      if (drive.kind !== kind) continue
      const free = places[kind].find((place) => ide[place] === null)
      if (free !== undefined) ide[free] = ideDrive(drive, slots, onTray)
    }
  }
  for (const [place, drive] of ide.entries()) {
    const channel = place < 2 ? chips.primaryIde : chips.secondaryIde
    channel.connect(place % 2 === 0 ? 0 : 1, drive)
  }
  for (const place of [0, 1] as const) {
    const drive = drives.find(({ kind, number }) => kind === 'floppy' && number === place)
    chips.floppy.connect(place, drive ? floppyUnit(drive, slots) : null)
  }
  return slots
}

/** The guest has opened or closed a drive by its cable. */
type TrayMoved = (id: string, isOpen: boolean) => void

function ideDrive(
  { kind, number, id, medium }: Drive,
  slots: Map<number, MediumSlot>,
  onTray: TrayMoved,
): IdeDrive<unknown> | null {
  if (kind !== 'cdrom') return medium && new AtaDisk(medium)
  const packetDrive = new AtapiDrive(medium)
  packetDrive.onTray = (isOpen) => onTray(id, isOpen)
  slots.set(number, {
    insert: (drive) => packetDrive.insert(drive.medium),
    open: () => packetDrive.open(),
  })
  return packetDrive
}

function floppyUnit(drive: Drive, slots: Map<number, MediumSlot>): FloppyUnit {
  const unit = new FloppyUnit(diskIn(drive))
  slots.set(drive.number, { insert: (changed) => unit.insert(diskIn(changed)) })
  return unit
}

function diskIn(drive: Drive): FloppyDisk | null {
  if (drive.kind !== 'floppy' || !drive.medium) return null
  return { medium: drive.medium, format: drive.geometry }
}
