import { expect, test } from 'vitest'
import { connectDrives } from '../../src/machine/connect-drives.ts'
import type { Medium } from '../../src/machine/devices/medium.ts'
import type { Drive } from '../../src/machine/media/drive.ts'
import { makePc } from './make-pc.ts'

const medium = (sectorBytes: 512 | 2048): Medium => ({
  ...{ sectorBytes, sectors: 2048, isWritable: false },
  read: (first, count) => new Uint8Array(count * sectorBytes).fill(first + 1),
  write: () => {},
})
const disk = (number: number): Drive => ({
  ...{ kind: 'disk', number, id: 'disk', medium: medium(512) },
  geometry: { cylinders: 2, heads: 16, sectorsPerTrack: 63 },
})
const cd: Drive = { kind: 'cdrom', number: 0xe0, id: 'cd', medium: medium(2048) }

/** Signature of each place: 0000 is a disk, EB14 a packet device (ATA/ATAPI-6, section 9.12). */
function signatures({ space, read }: ReturnType<typeof makePc>): readonly string[] {
  return [0x1f0, 0x170].flatMap((base) =>
    [0xa0, 0xb0].map((device) => {
      space.write(base + 6, 1, device)
      space.write(base + 0x206, 1, 4)
      space.write(base + 0x206, 1, 0)
      space.write(base + 6, 1, device)
      if (read(base + 7) === 0 && read(base + 4) === 0) return 'nobody'
      return ((read(base + 5) << 8) | read(base + 4)).toString(16)
    }),
  )
}

test('disks are on the primary channel, a CD drive on the secondary', () => {
  const pc = makePc()
  expect(signatures(pc)).toEqual(['nobody', 'nobody', 'nobody', 'nobody'])
  connectDrives(pc.board.chips, [disk(0x80), cd])
  expect(signatures(pc)).toEqual(['0', 'nobody', 'eb14', 'nobody'])
  connectDrives(pc.board.chips, [disk(0x80), disk(0x81), disk(0x82), cd, disk(0x83)])
  expect(signatures(pc)).toEqual(['0', '0', 'eb14', '0'])
})

test('a sector comes through 1F0h by words and double words, and IRQ 14 with it', () => {
  const { board, space, read } = makePc()
  connectDrives(board.chips, [disk(0x80)])
  space.write(0xa1, 1, 0x8e & ~0x40)
  for (const [port, value] of [
    ...[
      [0x1f6, 0xe0],
      [0x1f2, 1],
      [0x1f3, 5],
      [0x1f4, 0],
      [0x1f5, 0],
      [0x1f7, 0x20],
    ],
  ] as const) {
    space.write(port, 1, value)
  }
  expect([board.acknowledge(), read(0x1f7), space.read(0x1f0, 4), space.read(0x1f0, 2)]).toEqual([
    ...[0x76, 0x58, 0x0606_0606, 0x0606],
  ])
  for (let word = 3; word < 256; word++) space.read(0x1f0, 2)
  expect([read(0x1f7), read(0x3f6)]).toEqual([0x50, 0x50])
})

test('registers beside the data register are bytes, in wide accesses too', () => {
  const { board, space } = makePc()
  connectDrives(board.chips, [disk(0x80)])
  space.write(0x1f2, 4, 0x0403_0201)
  expect([space.read(0x1f2, 4), space.read(0x1f4, 2)]).toEqual([0x0403_0201, 0x0403])
})

test('IDETIM closes a channel, q35 has none', () => {
  const { board, space, setConfig } = makePc()
  connectDrives(board.chips, [disk(0x80)])
  setConfig(1, 1, 0x40, 2, 0)
  expect(space.read(0x1f7, 1)).toBe(0xff)
  const other = makePc('q35')
  connectDrives(other.board.chips, [disk(0x80)])
  expect(other.space.read(0x1f7, 1)).toBe(0xff)
})

test('floppy drives are on their controller, and their disks can be changed there', () => {
  const { board, read, space } = makePc()
  const format = { driveType: 4, cylinders: 80, heads: 2, sectorsPerTrack: 18 } as const
  const floppy = (number: number, inside: Medium | null) =>
    ({ kind: 'floppy', number, id: `${number}`, geometry: format, medium: inside }) as const
  const slots = connectDrives(board.chips, [floppy(0, medium(512)), floppy(1, null)])
  expect([...slots.keys()]).toEqual([0, 1])
  const driveStatus = (unit: number) => {
    for (const byte of [4, unit]) space.write(0x3f5, 1, byte)
    return read(0x3f5)
  }
  // At track 0, and protected where such a disk is.
  expect([0, 1, 2].map(driveStatus)).toEqual([0x78, 0x39, 0x2a])
  slots.get(0)?.insert(floppy(0, null))
  slots.get(1)?.insert(floppy(1, medium(512)))
  expect([0, 1].map(driveStatus)).toEqual([0x38, 0x79])
})
