import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import type { BootPlan, Medium } from '../../../src/boot/plan.ts'
import { OpenDrives } from '../../../src/engines/embedded/media/open-drives.ts'
import { planOf } from '../plans.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-drives-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0

/** A file that begins so and has `size` bytes, the rest of it a hole. */
function file(size: number, begins: string | Uint8Array = ''): string {
  const path = join(folder, `${files++}.img`)
  writeFileSync(path, begins)
  truncateSync(path, size)
  return path
}

interface Opened {
  readonly drives: OpenDrives['drives']
  readonly notes: readonly string[]
}

function drivesOf(
  media: readonly Medium[],
  bootOrder: readonly string[] = [],
  shape: 'pc' | 'q35' = 'pc',
): Opened {
  const start: BootPlan['start'] = { kind: 'firmware', firmware: 'bios', bootOrder }
  const notes: string[] = []
  const open = new OpenDrives(planOf(start, { media, machine: { shape } }), (note) => notes.push(note))
  onTestFinished(() => open.close())
  return { drives: open.drives, notes }
}

const diskOf = (path: string, id = 'boot'): Medium => ({ id, kind: 'disk', path })

/** The medium of a machine's only disk. */
function insert(path: string) {
  const [drive] = drivesOf([diskOf(path)]).drives
  if (!drive?.medium) throw new Error('there is a drive with a medium')
  return drive.medium
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1').replace(/\0+$/, '')

describe('a file as a medium', () => {
  test('is read where the guest looks: a sparse one of 4 GB costs nothing', () => {
    const path = file(4 * 2 ** 30, 'begin')
    const blocksOnDisk = statSync(path).blocks
    const before = process.memoryUsage().arrayBuffers
    const medium = insert(path)
    expect(medium.sectors).toBe(2 ** 23)
    expect(text(medium.read(0, 1))).toBe('begin')
    expect(text(medium.read(2 ** 23 - 1, 1))).toBe('')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20)
    expect(statSync(path).blocks).toBe(blocksOnDisk)
  })

  test('is read right across the blocks that it is read in', () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7919) >> 5)
    const medium = insert(file(bytes.length, bytes))
    for (const [first, count] of [
      [0, 585],
      [127, 2],
      [100, 300],
      [128, 128],
    ] as const) {
      const expected = bytes.subarray(first * 512, (first + count) * 512)
      expect(Buffer.compare(medium.read(first, count), expected)).toBe(0)
    }
  })

  test('that nobody may write to takes writes of the guest, each machine its own', () => {
    const path = file(1 << 20, 'as it was')
    chmodSync(path, 0o444)
    const before = statSync(path)
    const [one, other] = [insert(path), insert(path)]
    one.write(0, new Uint8Array(512).fill(0x41))
    expect(text(one.read(0, 1))).toBe('A'.repeat(512))
    expect(text(other.read(0, 1))).toBe('as it was')
    expect(text(readFileSync(path))).toBe('as it was')
    expect(statSync(path).mtimeMs).toBe(before.mtimeMs)
  })

  test('that was written to is refused where it would be read, never mixed', () => {
    const path = file(8 << 20, 'old')
    utimesSync(path, 1, 1)
    const medium = insert(path)
    expect(text(medium.read(0, 1))).toBe('old')
    writeFileSync(path, 'new', { flag: 'r+' })
    // What is kept is what the file was.
    expect(text(medium.read(0, 1))).toBe('old')
    expect(() => medium.read(8192, 1)).toThrow(
      /^KT3051: .*\.img was written to while it was in a drive of a running machine\n/,
    )
  })

  test('of which as much is kept as has a place: 64 blocks of 64 KiB', () => {
    const path = file(16 << 20)
    utimesSync(path, 1, 1)
    const medium = insert(path)
    for (let block = 0; block < 65; block++) medium.read(block * 128, 1)
    utimesSync(path, 2, 2)
    expect(() => medium.read(128, 1)).not.toThrow()
    expect(() => medium.read(0, 1)).toThrow(/^KT3051/)
  })

  test('that was cut short is refused', () => {
    const path = file(1 << 20)
    const medium = insert(path)
    truncateSync(path, 1 << 19)
    expect(() => medium.read(2047, 1)).toThrow(/^KT3051/)
  })

  test('that was replaced as a whole stays the one that was opened', () => {
    const path = file(1 << 20, 'old')
    const medium = insert(path)
    renameSync(file(1 << 10, 'new'), path)
    expect(text(medium.read(0, 1))).toBe('old')
    expect(text(insert(path).read(0, 1))).toBe('new')
  })

  test('that ends inside a sector is filled up with zeros, and noted', () => {
    const path = file(1003, 'x'.repeat(1003))
    const { drives, notes } = drivesOf([diskOf(path)])
    expect(drives[0]?.medium?.sectors).toBe(2)
    expect(text(drives[0]?.medium?.read(0, 2) ?? new Uint8Array())).toBe('x'.repeat(1003))
    expect(notes).toEqual([`${path} ends inside a sector: 21 zeros were added [zeros-added]`])
  })

  test('that is not there, or is no file, or is empty', () => {
    const directory = join(folder, 'directory')
    mkdirSync(directory)
    expect(() => insert(join(folder, 'none'))).toThrow(
      /^KT3050: .*none, which is in a drive of the machine, cannot be read: ENOENT/,
    )
    expect(() => insert(directory)).toThrow(/^KT3050: .* cannot be read: it is not a file\n/)
    expect(() => insert(file(0))).toThrow(/^KT3052: no drive takes .*\.img: it is empty\n/)
  })
})

describe('drives', () => {
  const small = () => file(1 << 20)
  const medium = (kind: Medium['kind'], id: string): Medium => ({ id, kind, path: small() })
  const numbersOf = (open: Opened) => Object.fromEntries(open.drives.map(({ id, number }) => [id, number]))

  test('have the numbers of a BIOS, what is booted from first among its kind', () => {
    const media = [
      medium('disk', 'one'),
      medium('cdrom', 'cd'),
      medium('disk', 'two'),
      medium('floppy', 'a'),
      medium('floppy', 'b'),
      medium('disk', 'three'),
    ]
    const plain = { a: 0x00, b: 0x01, one: 0x80, two: 0x81, three: 0x82, cd: 0xe0 }
    expect(numbersOf(drivesOf(media))).toEqual(plain)
    const chosen = { a: 0x01, b: 0x00, one: 0x81, two: 0x82, three: 0x80, cd: 0xe0 }
    expect(numbersOf(drivesOf(media, ['cd', 'three', 'b']))).toEqual(chosen)
  })

  test('are four or six for disks and CDs, and two for floppies', () => {
    const many = (count: number, kind: Medium['kind']) =>
      Array.from({ length: count }, (_, index) => medium(kind, `${kind}${index}`))
    expect(drivesOf(many(4, 'disk')).drives).toHaveLength(4)
    expect(() => drivesOf([...many(4, 'disk'), medium('cdrom', 'cd')])).toThrow(
      'KT3052: the machine has no places for 5 disks and CDs: there are 4 of them on a pc\n',
    )
    expect(drivesOf(many(6, 'disk'), [], 'q35').drives).toHaveLength(6)
    expect(() => drivesOf(many(3, 'floppy'))).toThrow(
      'KT3052: the machine has no places for 3 floppy drives: there are 2\n',
    )
  })

  test('of which a CD has sectors of 2048 bytes and is not written to', () => {
    const [cd] = drivesOf([{ id: 'cd', kind: 'cdrom', path: file(5000) }]).drives
    expect(cd?.medium).toMatchObject({ sectorBytes: 2048, sectors: 3, isWritable: false })
  })

  test('take a boot sector alone for the beginning of a floppy disk', () => {
    const path = file(512, 'boot')
    const { drives, notes } = drivesOf([{ id: 'a', kind: 'floppy', path }])
    expect(drives[0]).toMatchObject({ geometry: { driveType: 4, sectorsPerTrack: 18 } })
    expect(drives[0]?.medium?.sectors).toBe(2880)
    expect(notes).toEqual([
      `${path} has 512 bytes, which no floppy disk has: it is the beginning of one with 1474560 [floppy-size]`,
    ])
    expect(() => drivesOf([{ id: 'a', kind: 'floppy', path: file(3 << 20) }])).toThrow(
      /^KT3052: no drive takes .*: it has 3145728 bytes, more than the largest floppy disk \(2,949,120\)/,
    )
  })
})
