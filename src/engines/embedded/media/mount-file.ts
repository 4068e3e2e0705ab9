import type { Medium as PlannedMedium } from '../../../boot/plan.ts'
import type { Drive, RemovableDrive } from '../../../machine/media/drive.ts'
import { diskGeometry } from '../../../machine/media/geometry.ts'
import { type MediumShape, OverlaidMedium } from '../../../machine/media/overlaid-medium.ts'
import { KernelTestError } from '../../../support/errors.ts'
import {
  type FloppyFormat,
  floppyBytes,
  floppyFormatOf,
  floppyThatHolds,
  usualFloppies,
} from '../../../support/floppy-formats.ts'
import type { MediaFile } from './media-file.ts'

const sectorBytes = { floppy: 512, disk: 512, cdrom: 2048 } as const

/** To each medium: it is kept in memory. */
const overlayMiB = 256

/** A drive of a machine, whatever is in it. */
export interface DrivePlace extends Pick<PlannedMedium, 'id' | 'kind'> {
  /** As a BIOS calls it. */
  readonly number: number
}

/** A file as a medium of a drive. */
export interface MountedFile {
  readonly path: string
  readonly medium: OverlaidMedium
  /** What is odd about it. */
  readonly note: string | null
  /** The drive with the file in it. */
  readonly drive: Drive
}

/** @throws KernelTestError KT3052 for what the drive does not take. */
export function mountFile(place: DrivePlace, file: MediaFile): MountedFile {
  const { kind } = place
  if (file.size === 0) throw cannotTake(file, 'is empty', 'Look at the build step that makes it.')
  if (kind === 'floppy') return mountFloppy(place, file)
  const bytes = sectorBytes[kind]
  const sectors = Math.ceil(file.size / bytes)
  const rest = file.size % bytes
  const note =
    rest === 0 ? null : `${file.path} ends inside a sector: ${bytes - rest} zeros were added [zeros-added]`
  const medium = overlaid(file, { sectorBytes: bytes, sectors, isWritable: kind === 'disk' })
  const drive: Drive =
    kind === 'cdrom'
      ? { ...place, kind, medium }
      : { ...place, kind, geometry: diskGeometry(sectors, medium.read(0, 1)), medium }
  return { path: file.path, medium, note, drive }
}

export function emptyDrive(place: DrivePlace & Pick<RemovableDrive, 'kind'>): RemovableDrive {
  const { kind } = place
  return kind === 'floppy'
    ? { ...place, kind, geometry: usualFloppies[0], medium: null }
    : { ...place, kind, medium: null }
}

function overlaid(file: MediaFile, shape: MediumShape): OverlaidMedium {
  const full = () => {
    throw new KernelTestError(
      'KT3054',
      `what the guest has written to ${file.path} takes more than ${overlayMiB} MiB`,
      'It is kept in memory, 4 KiB at a time: let the guest write less, or to fewer places.',
    )
  }
  return new OverlaidMedium(file, { ...shape, overlayBytes: overlayMiB * 2 ** 20, full })
}

function mountFloppy(place: DrivePlace, file: MediaFile): MountedFile {
  const geometry = formatOf(file)
  const bytes = sectorBytes.floppy
  const medium = overlaid(file, {
    sectorBytes: bytes,
    sectors: floppyBytes(geometry) / bytes,
    isWritable: true,
  })
  const drive: Drive = { ...place, kind: 'floppy', geometry, medium }
  return { path: file.path, medium, note: shortFloppy(file, geometry), drive }
}

/** What has no usual size is the beginning of a disk. */
function formatOf(file: MediaFile): FloppyFormat {
  const format = floppyFormatOf(file.size) ?? floppyThatHolds(file.size)
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
    : `${path} has ${size} bytes, which no floppy disk has: it is the beginning of one with ${bytes} [floppy-size]`
}

function cannotTake({ path }: MediaFile, why: string, hint: string): KernelTestError {
  return new KernelTestError('KT3052', `no drive takes ${path}: it ${why}`, hint)
}
