import { expect, test } from 'vitest'
import { OverlaidMedium } from '../../../src/machine/media/overlaid-medium.ts'

/** Bytes that say where they are. */
const source = {
  size: 1000,
  copy: (offset: number, into: Uint8Array) => {
    for (let at = 0; at < into.length && offset + at < 1000; at++) into[at] = (offset + at) % 251
  },
  hash: () => 'of what it is',
}
const open = () => new OverlaidMedium(source, { sectorBytes: 512, sectors: 4, isWritable: true })

test('a sector that is half there ends in zeros, and those behind it are zeros', () => {
  const medium = open()
  const half = medium.read(1, 2)
  expect(half.subarray(486, 490)).toEqual(Uint8Array.of(998 % 251, 999 % 251, 0, 0))
  expect(half.subarray(490).every((byte) => byte === 0)).toBe(true)
  expect(half).toHaveLength(1024)
})

test('what is written covers the source, and is a copy', () => {
  const medium = open()
  const bytes = new Uint8Array(1024).fill(0xaa)
  medium.write(1, bytes)
  bytes.fill(0)
  const all = medium.read(0, 4)
  expect(all[511]).toBe(511 % 251)
  expect(all.subarray(512, 1536).every((byte) => byte === 0xaa)).toBe(true)
  expect(all[1536]).toBe(0)
  expect(medium.written).toEqual([{ first: 1, count: 2 }])
})

test('what was written is told as ranges, and has a limit', () => {
  const full = () => {
    throw new Error('full')
  }
  const shape = { sectorBytes: 512, sectors: 100, isWritable: true, overlayBytes: 8192, full } as const
  const medium = new OverlaidMedium(source, shape)
  for (const sector of [9, 3, 4, 9]) medium.write(sector, new Uint8Array(512))
  expect(medium.written).toEqual([
    { first: 3, count: 2 },
    { first: 9, count: 1 },
  ])
  medium.write(8, new Uint8Array(4096))
  expect(() => medium.write(50, new Uint8Array(512))).toThrow('full')
})

test('sectors that cannot be read are found where a range meets them', () => {
  const medium = open()
  expect(medium.firstBad(0, 4)).toBe(null)
  medium.failReads([
    { first: 3, count: 5 },
    { first: 1, count: 1 },
  ])
  const found = ([first, count]: readonly [number, number]) => medium.firstBad(first, count)
  expect(
    (
      [
        [0, 4],
        [0, 1],
        [2, 1],
        [2, 2],
        [3, 1],
      ] as const
    ).map(found),
  ).toEqual([1, null, null, 3, 3])
  medium.failReads([])
  expect(medium.firstBad(0, 4)).toBe(null)
})

test('what was written is saved in order, with what cannot be read, and the same after loading', () => {
  const medium = open()
  for (const sector of [3, 0, 2]) medium.write(sector, new Uint8Array(512).fill(sector + 1))
  medium.failReads([{ first: 1, count: 1 }])
  const saved = medium.save()
  expect(saved).toMatchObject({ contents: 'of what it is', bad: [{ first: 1, count: 1 }] })
  expect(saved.overlay.map(({ sector }) => sector)).toEqual([0, 2, 3])
  const other = open()
  other.write(1, new Uint8Array(512).fill(9))
  other.load(saved)
  expect(other.save()).toEqual(saved)
  expect(other.read(0, 4)).toEqual(medium.read(0, 4))
  medium.write(0, new Uint8Array(512))
  expect(other.read(0, 1)).not.toEqual(medium.read(0, 1))
})
