/** Cylinders, heads and sectors, as int 13h counts them. A sector has 512 bytes. */
export interface DriveGeometry {
  readonly cylinders: number
  readonly heads: number
  readonly sectorsPerTrack: number
}

/** A floppy disk, and the drive that it belongs into. */
export interface FloppyFormat extends DriveGeometry {
  /** As CMOS byte 10h and int 13h, function 08h tell it: 360 KB, 1.2 MB, 720 KB, 1.44 MB, 2.88 MB. */
  readonly driveType: 1 | 2 | 3 | 4 | 5
}

const format = (
  driveType: FloppyFormat['driveType'],
  cylinders: number,
  heads: number,
  sectorsPerTrack: number,
): FloppyFormat => ({ driveType, cylinders, heads, sectorsPerTrack })

const usual = format(4, 80, 2, 18)
const largest = format(5, 80, 2, 36)

/** 160 K to 2.88 M as DOS formats them, and what DMF and its like squeeze onto 1.44 MB. */
const floppyFormats: readonly FloppyFormat[] = [
  format(1, 40, 1, 8),
  format(1, 40, 1, 9),
  format(1, 40, 2, 8),
  format(1, 40, 2, 9),
  format(3, 80, 2, 8),
  format(3, 80, 2, 9),
  format(2, 80, 2, 15),
  usual,
  format(4, 80, 2, 20),
  format(4, 80, 2, 21),
  format(4, 82, 2, 21),
  format(4, 83, 2, 21),
  largest,
]

export const sectorsOf = ({ cylinders, heads, sectorsPerTrack }: DriveGeometry): number =>
  cylinders * heads * sectorsPerTrack

/**
 * The format of an image with so many sectors. What has no usual size is the beginning of a 1.44 MB disk, or
 * of one of 2.88 MB; null for what is larger.
 */
export function floppyFormat(sectors: number): FloppyFormat | null {
  const exact = floppyFormats.find((one) => sectorsOf(one) === sectors)
  return exact ?? [usual, largest].find((one) => sectors <= sectorsOf(one)) ?? null
}

const mostCylinders = 1024
const sectorsPerTrack = 63
/** The last of them is 255: DOS cannot count to 256. */
const headCounts = [16, 32, 64, 128, 255] as const
/** The second is set apart for diagnostics. */
const leastCylinders = 2

/**
 * A hard disk as a BIOS with LBA assist translates it (Enhanced Disk Drive Specification 3.0, annex B): the
 * fewest heads with which 1024 cylinders reach all of it.
 */
export function diskGeometry(sectors: number): DriveGeometry {
  const [mostHeads] = headCounts.slice(-1) as [number]
  const heads = headCounts.find((one) => sectors <= one * sectorsPerTrack * mostCylinders) ?? mostHeads
  const cylinders = Math.floor(sectors / (heads * sectorsPerTrack))
  return {
    cylinders: Math.min(Math.max(cylinders, leastCylinders), mostCylinders),
    heads,
    sectorsPerTrack,
  }
}
