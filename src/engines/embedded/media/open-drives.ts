import type { BootPlan, MachineShape, Medium as PlannedMedium } from '../../../boot/plan.ts'
import { type Drive, firstNumber } from '../../../machine/media/drive.ts'
import { diskGeometry } from '../../../machine/media/geometry.ts'
import { type MediumShape, OverlaidMedium } from '../../../machine/media/overlaid-medium.ts'
import { KernelTestError } from '../../../support/errors.ts'
import {
  type FloppyFormat,
  floppyBytes,
  floppyFormatOf,
  usualFloppies,
} from '../../../support/floppy-formats.ts'
import { MediaFile } from './media-file.ts'

const sectorBytes = { floppy: 512, disk: 512, cdrom: 2048 } as const
const mostFloppies = 2
/** Disks and CDs together: a `pc` has two channels for two drives each, a `q35` six ports. */
const mostIdeDrives: Readonly<Record<MachineShape, number>> = { pc: 4, q35: 6 }

/** The drives of a machine, their files open. */
export interface OpenDrives {
  readonly drives: readonly Drive[]
  /** Remarks for a person, about media that are not what drives take. */
  readonly notes: readonly string[]
  close(): void
}

/**
 * Opens the media of a plan. Of each kind the drives that the boot order names come first, in its order: what
 * is booted from is 00h, 80h or E0h.
 * @throws KernelTestError KT3050 for a file that cannot be opened, KT3052 for what no drive takes.
 */
export function openDrives({ media, start, machine }: BootPlan): OpenDrives {
  checkPlaces(media, machine.shape)
  const order = start.kind === 'firmware' ? start.bootOrder : []
  const files: MediaFile[] = []
  const notes: string[] = []
  const close = () => {
    for (const file of files) file.close()
  }
  try {
    const drives = inBootOrder(media, order).map(({ medium, number }) => {
      const file = new MediaFile(medium.path)
      files.push(file)
      const { drive, note } = insert(medium, number, file)
      if (note) notes.push(note)
      return drive
    })
    return { drives, notes, close }
  } catch (error) {
    close()
    throw error
  }
}

function checkPlaces(media: readonly PlannedMedium[], shape: MachineShape): void {
  const floppies = media.filter(({ kind }) => kind === 'floppy').length
  const others = media.length - floppies
  if (floppies > mostFloppies) throw tooMany(`${floppies} floppy drives`, `${mostFloppies}`)
  const most = mostIdeDrives[shape]
  if (others > most) throw tooMany(`${others} disks and CDs`, `${most} of them on a ${shape}`)
}

interface Numbered {
  readonly medium: PlannedMedium
  readonly number: number
}

function inBootOrder(media: readonly PlannedMedium[], order: readonly string[]): readonly Numbered[] {
  const place = ({ id }: PlannedMedium) => (order.includes(id) ? order.indexOf(id) : order.length)
  const sorted = media.toSorted((one, other) => place(one) - place(other))
  return sorted.map((medium, index) => {
    const before = sorted.slice(0, index).filter(({ kind }) => kind === medium.kind)
    return { medium, number: firstNumber[medium.kind] + before.length }
  })
}

/** A drive with a file in it, and what is odd about that. */
function insert({ id, kind }: PlannedMedium, number: number, file: MediaFile): Inserted {
  if (file.size === 0) throw cannotTake(file, 'is empty', 'Look at the build step that makes it.')
  const bytes = sectorBytes[kind]
  const sectors = Math.ceil(file.size / bytes)
  const rest = file.size % bytes
  const note = rest === 0 ? null : `${file.path} ends inside a sector: ${bytes - rest} zeros were added`
  const shape = { sectorBytes: bytes, sectors, isWritable: kind !== 'cdrom' } as const
  const drive = { id, number }
  switch (kind) {
    case 'cdrom':
      return { drive: { ...drive, kind, medium: overlaid(file, shape) }, note }
    case 'disk': {
      const medium = overlaid(file, shape)
      return { drive: { ...drive, kind, geometry: diskGeometry(sectors, medium.read(0, 1)), medium }, note }
    }
    case 'floppy': {
      const geometry = formatOf(file)
      const medium = overlaid(file, { ...shape, sectors: floppyBytes(geometry) / bytes })
      return { drive: { ...drive, kind, geometry, medium }, note: shortFloppy(file, geometry) }
    }
  }
}

interface Inserted {
  readonly drive: Drive
  readonly note: string | null
}

const overlaid = (file: MediaFile, shape: MediumShape) => new OverlaidMedium(file, shape)

/** What has no usual size is the beginning of a disk. */
function formatOf(file: MediaFile): FloppyFormat {
  const beginning = usualFloppies.find((one) => file.size <= floppyBytes(one))
  const format = floppyFormatOf(file.size) ?? beginning
  if (format) return format
  throw cannotTake(
    file,
    `has ${file.size} bytes, more than the largest floppy disk (2,949,120)`,
    'Attach it as a disk.',
  )
}

function shortFloppy({ path, size }: MediaFile, format: FloppyFormat): string | null {
  const bytes = floppyBytes(format)
  return size === bytes
    ? null
    : `${path} has ${size} bytes, which no floppy disk has: it is the beginning of one with ${bytes}`
}

function cannotTake({ path }: MediaFile, why: string, hint: string): KernelTestError {
  return new KernelTestError('KT3052', `no drive takes ${path}: it ${why}`, hint)
}

function tooMany(wanted: string, most: string): KernelTestError {
  return new KernelTestError(
    'KT3052',
    `the machine has no places for ${wanted}: there are ${most}`,
    'Leave some of the media out.',
  )
}
