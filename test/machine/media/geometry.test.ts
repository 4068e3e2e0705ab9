import { describe, expect, test } from 'vitest'
import { diskGeometry, floppyFormat, sectorsOf } from '../../../src/machine/media/geometry.ts'

const geometry = (cylinders: number, heads: number, sectorsPerTrack: number) => ({
  cylinders,
  heads,
  sectorsPerTrack,
})

/** Sizes in KiB, as DOS names the formats; the drive types are those of CMOS byte 10h. */
test.each([
  [160, 1, geometry(40, 1, 8)],
  [180, 1, geometry(40, 1, 9)],
  [320, 1, geometry(40, 2, 8)],
  [360, 1, geometry(40, 2, 9)],
  [640, 3, geometry(80, 2, 8)],
  [720, 3, geometry(80, 2, 9)],
  [1200, 2, geometry(80, 2, 15)],
  [1440, 4, geometry(80, 2, 18)],
  [1600, 4, geometry(80, 2, 20)],
  [1680, 4, geometry(80, 2, 21)],
  [2880, 5, geometry(80, 2, 36)],
] as const)('a floppy disk of %d KiB belongs into a drive of type %d', (kiB, driveType, expected) => {
  expect(floppyFormat(kiB * 2)).toEqual({ driveType, ...expected })
})

test('what has no usual size begins a 1.44 MB disk, or one of 2.88 MB; nothing larger is a floppy', () => {
  expect([1, 100, 2879, 2881, 5759, 5761].map((sectors) => floppyFormat(sectors)?.sectorsPerTrack)).toEqual([
    18,
    18,
    18,
    36,
    36,
    undefined,
  ])
})

describe('LBA assist', () => {
  test.each([
    [1, geometry(2, 16, 63)],
    [2048, geometry(2, 16, 63)],
    [20_480, geometry(20, 16, 63)],
    // 504 MiB is the most with 16 heads, and so on to 255.
    [1_032_192, geometry(1024, 16, 63)],
    [1_032_193, geometry(512, 32, 63)],
    [2_064_384, geometry(1024, 32, 63)],
    [2_064_385, geometry(512, 64, 63)],
    [4_128_768, geometry(1024, 64, 63)],
    [8_257_536, geometry(1024, 128, 63)],
    [8_257_537, geometry(514, 255, 63)],
    [16_450_560, geometry(1024, 255, 63)],
    [2 ** 33, geometry(1024, 255, 63)],
  ])('of %d sectors', (sectors, expected) => {
    expect(diskGeometry(sectors)).toEqual(expected)
  })

  test('reaches all but the last, incomplete cylinder of any disk below 8 GB', () => {
    for (let sectors = 2016; sectors < 16_450_560; sectors = Math.floor(sectors * 1.01) + 1) {
      const found = diskGeometry(sectors)
      const cylinder = found.heads * found.sectorsPerTrack
      expect(sectors - sectorsOf(found)).toBeLessThan(cylinder)
      expect(sectorsOf(found)).toBeLessThanOrEqual(sectors)
    }
  })
})
