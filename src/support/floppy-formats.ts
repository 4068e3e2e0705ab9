/** A floppy disk of sectors of 512 bytes, and the drive that it belongs into. */
export interface FloppyFormat {
  /** As CMOS byte 10h and int 13h, function 08h tell it: 360 KB, 1.2 MB, 720 KB, 1.44 MB, 2.88 MB. */
  readonly driveType: 1 | 2 | 3 | 4 | 5
  readonly cylinders: number
  readonly heads: 1 | 2
  readonly sectorsPerTrack: number
}

const format = (
  driveType: FloppyFormat['driveType'],
  cylinders: number,
  heads: FloppyFormat['heads'],
  sectorsPerTrack: number,
): FloppyFormat => ({ driveType, cylinders, heads, sectorsPerTrack })

/** What is smaller than a floppy disk is the beginning of one of these. */
export const usualFloppies = [format(4, 80, 2, 18), format(5, 80, 2, 36)] as const

/** 160 K to 2.88 M as DOS formats them, and what DMF and its like squeeze onto 1.44 MB. */
const floppyFormats: readonly FloppyFormat[] = [
  format(1, 40, 1, 8),
  format(1, 40, 1, 9),
  format(1, 40, 2, 8),
  format(1, 40, 2, 9),
  format(3, 80, 2, 8),
  format(3, 80, 2, 9),
  format(2, 80, 2, 15),
  format(4, 80, 2, 20),
  format(4, 80, 2, 21),
  format(4, 82, 2, 21),
  format(4, 83, 2, 21),
  ...usualFloppies,
]

/** The format of a whole image with so many bytes; null where no floppy disk has them. */
export function floppyFormatOf(bytes: number): FloppyFormat | null {
  return floppyFormats.find((one) => floppyBytes(one) === bytes) ?? null
}

export function floppyBytes({ cylinders, heads, sectorsPerTrack }: FloppyFormat): number {
  return cylinders * heads * sectorsPerTrack * 512
}

/** The floppy disk that so many bytes are the beginning of, or all of it; null where they are too many. */
export function floppyThatHolds(bytes: number): FloppyFormat | null {
  return usualFloppies.find((one) => bytes <= floppyBytes(one)) ?? null
}

/** As people call it: `1.44 MB`, in thousands of KiB. */
export function floppyName(format: FloppyFormat): string {
  const kiB = floppyBytes(format) / 1024
  return kiB < 1000 ? `${kiB} KB` : `${kiB / 1000} MB`
}
