import { floppyFormatOf } from '../../../support/floppy-formats.ts'
import { firstBadSector, type Medium } from '../../devices/medium.ts'
import type { CdDrive, Drive } from '../../media/drive.ts'
import { imageOnDisc } from '../../media/image-on-disc.ts'
import { ebda } from './data-area.ts'
import { type BootEntry, type MediaType, mediaType } from './el-torito.ts'
import { bytesOf, numberAt } from './little-endian.ts'
import type { Platform } from './service.ts'

const firstCd = 0xe0
const firstDisk = 0x80
const mostFloppies = 2
const sectorBytes = 512

/** What was booted from a CD: all that the BIOS remembers of it. */
export interface BootImage extends BootEntry {
  /** What it is called in DL: 00h, 80h, or the number of its CD drive where it is no disk. */
  readonly drive: number
  /** The drive that the disc is in; they count from 0. */
  readonly cd: number
  /** Cylinder, head and sector where the emulated disk ends. */
  readonly last: LastSector
}

export interface LastSector {
  readonly cylinder: number
  readonly head: number
  /** Counts from 1. */
  readonly sector: number
}

export const packetBytes = 0x13
const packetAt = ebda.at + 0x210

/** The specification packet of INT 13h, functions 4Ah to 4Ch (El Torito 1.0, section 4). */
function packetOf({ media, drive, cd, first, loadSegment, count, last }: BootImage): Uint8Array {
  return Uint8Array.of(
    packetBytes,
    media,
    drive,
    cd >> 1,
    ...bytesOf(first, 4),
    ...bytesOf(cd & 1, 2),
    ...bytesOf(0, 2),
    ...bytesOf(loadSegment, 2),
    ...bytesOf(count, 2),
    last.cylinder & 0xff,
    ((last.cylinder >> 2) & 0xc0) | last.sector,
    last.head,
  )
}

export function imageOfPacket(packet: Uint8Array): BootImage {
  const [, media = 0, drive = 0, controller = 0] = packet
  const cl = numberAt(packet, 0x11, 1)
  return {
    media: (media & 0x0f) as MediaType,
    drive,
    cd: 2 * controller + (numberAt(packet, 8, 2) & 1),
    first: numberAt(packet, 4, 4),
    loadSegment: numberAt(packet, 0x0c, 2),
    count: numberAt(packet, 0x0e, 2),
    last: {
      cylinder: numberAt(packet, 0x10, 1) | ((cl & 0xc0) << 2),
      head: numberAt(packet, 0x12, 1),
      sector: cl & 0x3f,
    },
  }
}

/** The packet of what was booted from a CD; null where nothing was. */
export function bootPacket({ memory }: Platform): Uint8Array | null {
  const packet = memory.read(packetAt, packetBytes)
  return packet[0] === packetBytes ? packet : null
}

/** From now on the image is a drive, where it is one: others of its kind move by one. */
export function emulate(platform: Platform, image: BootImage): void {
  platform.memory.write(packetAt, packetOf(image))
  platform.data.emulates = image.media === mediaType.none ? 0 : 1
  tellCounts(platform)
}

/** What was booted from stays known. */
export function endEmulation(platform: Platform): void {
  platform.data.emulates = 0
  tellCounts(platform)
}

export function forgetImage(platform: Platform): void {
  platform.memory.write(packetAt, new Uint8Array(packetBytes))
  endEmulation(platform)
}

/** The drives as INT 13h has them. */
export function drivesNow(platform: Platform): ReadonlyMap<number, Drive> {
  const { drives, data } = platform
  const packet = data.emulates === 0 ? null : bootPacket(platform)
  const image = packet && imageOfPacket(packet)
  const cd = image && drives.get(firstCd + image.cd)
  const emulated = image && cd?.kind === 'cdrom' ? emulatedDrive(image, cd) : null
  if (!emulated) return drives
  const others = [...drives.values()].map((drive) =>
    drive.kind === emulated.kind ? { ...drive, number: drive.number + 1 } : drive,
  )
  const reached = others.filter(({ kind, number }) => kind !== 'floppy' || number < mostFloppies)
  return new Map([emulated, ...reached].map((drive) => [drive.number, drive]))
}

function emulatedDrive({ media, first, last }: BootImage, cd: CdDrive): Drive | null {
  const { id } = cd
  const format = floppyOf(media)
  if (format) {
    const { cylinders, heads, sectorsPerTrack } = format
    const medium = cd.medium && imageOnDisc(cd.medium, first, cylinders * heads * sectorsPerTrack)
    return { kind: 'floppy', number: 0, id, geometry: format, medium }
  }
  // One more cylinder than there is: function 08h sets the last one apart.
  const geometry = { cylinders: last.cylinder + 2, heads: last.head + 1, sectorsPerTrack: last.sector }
  const sectors = (last.cylinder + 1) * geometry.heads * geometry.sectorsPerTrack
  const medium = cd.medium && imageOnDisc(cd.medium, first, sectors)
  return { kind: 'disk', number: firstDisk, id, geometry, medium }
}

/** In KiB, by the media types of a boot catalog. */
const floppyKiB: Readonly<Partial<Record<MediaType, number>>> = {
  [mediaType.floppy1200]: 1200,
  [mediaType.floppy1440]: 1440,
  [mediaType.floppy2880]: 2880,
}

const floppyOf = (media: MediaType) => floppyFormatOf((floppyKiB[media] ?? 0) * 1024)

/** A catalog's entry as what is to be booted; or why it cannot be: what to say of the drive. */
export function bootImage(entry: BootEntry, cd: CdDrive): BootImage | string {
  const place = { ...entry, cd: cd.number - firstCd }
  const floppy = floppyOf(entry.media)
  if (floppy) {
    const { cylinders, heads, sectorsPerTrack } = floppy
    return { ...place, drive: 0, last: { cylinder: cylinders - 1, head: heads - 1, sector: sectorsPerTrack } }
  }
  if (entry.media === mediaType.none) {
    return { ...place, drive: cd.number, last: { cylinder: 0, head: 0, sector: 0 } }
  }
  const last = cd.medium && endOfPartition(cd.medium, entry.first)
  return last ? { ...place, drive: firstDisk, last } : 'has a hard disk image without a partition'
}

/** The sectors of an image that are to be started, to its segment; or why they cannot be. */
export function loadImage(platform: Platform, image: BootImage): string | null {
  const medium = platform.drives.get(firstCd + image.cd)?.medium
  if (!medium) return 'has left its drive'
  const available = (medium.sectors - image.first) * (medium.sectorBytes / sectorBytes)
  // A disk is started from its boot sector.
  const count = image.media === mediaType.none ? image.count : 1
  const address = image.loadSegment * 16
  if (count === 0) return 'has a boot image of no sectors'
  if (count > available) return 'has its boot image outside of the disc'
  if (address + count * sectorBytes > ebda.at) return 'has a boot image that is too large for the memory'
  const sectors = imageOnDisc(medium, image.first, count)
  if (firstBadSector(sectors, { first: 0, count }) !== null) return 'has a boot image that cannot be read'
  platform.memory.write(address, sectors.read(0, count))
  return null
}

const lastHeadAt = 446 + 5

/** Section 2.2: an image of a hard disk has one partition, and ends where that does. */
function endOfPartition(disc: Medium, first: number): LastSector | null {
  const [head = 0, sectorBits = 0, cylinderLow = 0] = disc.read(first, 1).subarray(lastHeadAt)
  const sector = sectorBits & 0x3f
  return sector === 0 ? null : { cylinder: cylinderLow | ((sectorBits & 0xc0) << 2), head, sector }
}

/** What programs read in the BIOS data area instead of asking. */
function tellCounts(platform: Platform): void {
  const { data } = platform
  const kinds = [...drivesNow(platform).values()].map(({ kind }) => kind)
  const floppies = kinds.filter((kind) => kind === 'floppy').length
  data.disks = kinds.filter((kind) => kind === 'disk').length
  data.equipment = (data.equipment & ~0xc1) | floppyBits(floppies)
}

/** Of the word of equipment: whether there are any, and how many more than one. */
export function floppyBits(floppies: number): number {
  return floppies > 0 ? 1 | ((floppies - 1) << 6) : 0
}
