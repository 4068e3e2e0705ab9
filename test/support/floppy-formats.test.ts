import { expect, test } from 'vitest'
import { floppyFormatOf, floppyName } from '../../src/support/floppy-formats.ts'

/** Sizes in KiB, as DOS names the formats; the drive types are those of CMOS byte 10h. */
test.each([
  [160, 1, 40, 1, 8, '160 KB'],
  [180, 1, 40, 1, 9, '180 KB'],
  [320, 1, 40, 2, 8, '320 KB'],
  [360, 1, 40, 2, 9, '360 KB'],
  [640, 3, 80, 2, 8, '640 KB'],
  [720, 3, 80, 2, 9, '720 KB'],
  [1200, 2, 80, 2, 15, '1.2 MB'],
  [1440, 4, 80, 2, 18, '1.44 MB'],
  [1600, 4, 80, 2, 20, '1.6 MB'],
  [1680, 4, 80, 2, 21, '1.68 MB'],
  [2880, 5, 80, 2, 36, '2.88 MB'],
] as const)('%d KiB belong into a drive of type %d', (kiB, driveType, cylinders, heads, perTrack, name) => {
  const format = floppyFormatOf(kiB * 1024)
  expect(format).toEqual({ driveType, cylinders, heads, sectorsPerTrack: perTrack })
  expect(format && floppyName(format)).toBe(name)
})

test('other sizes are no floppy disks', () => {
  expect([0, 512, 1_474_559, 1_474_561, 3 << 20].map(floppyFormatOf)).toEqual([null, null, null, null, null])
})
