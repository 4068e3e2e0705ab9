import { describe, expect, test } from 'vitest'
import { diskGeometry } from '../../../src/machine/media/geometry.ts'

const geometry = (cylinders: number, heads: number, sectorsPerTrack: number) => ({
  cylinders,
  heads,
  sectorsPerTrack,
})
const blank = new Uint8Array(512)

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
    expect(diskGeometry(sectors, blank)).toEqual(expected)
  })

  test('reaches all but the last, incomplete cylinder of any disk below 8 GB', () => {
    for (let sectors = 2016; sectors < 16_450_560; sectors = Math.floor(sectors * 1.01) + 1) {
      const found = diskGeometry(sectors, blank)
      const cylinder = found.heads * found.sectorsPerTrack
      const reached = found.cylinders * cylinder
      expect(sectors - reached).toBeLessThan(cylinder)
      expect(reached).toBeLessThanOrEqual(sectors)
    }
  })
})
