import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Medium } from '../../src/boot/plan.ts'
import { type BiosCaller, openBiosCaller } from './bios-caller.ts'
import { expectRow, type Row } from './bios-rows.ts'
import { eachEngine, embedded } from './each-engine.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-bios-disks-'))
afterAll(() => rmSync(folder, { recursive: true }))

function patterned(id: string, kind: Medium['kind'], sectors: number): Medium {
  const path = join(folder, `${id}.img`)
  writeFileSync(path, Buffer.alloc(sectors * 512, `${id} has these bytes. `))
  return { id, kind, path }
}

const media = [patterned('disk', 'disk', 16_128), patterned('floppy', 'floppy', 2880)]
const [disk, floppy] = [0x81, 0x00]
const [buffer, packetAt, fieldsAt] = [0x9000, 0x8800, 0x8900]

const rows: readonly Row[] = [
  ['03: write', 0x13, { ax: 0x0302, bx: buffer, cx: 0x0105, dx: 0x0300 | disk }, { ax: 2, cf: false }],
  ['09: set up', 0x13, { ax: 0x0900, dx: disk }, { ax: 0, cf: false }],
  ['0D: reset', 0x13, { ax: 0x0d00, dx: disk }, { ax: 0, cf: false }],
  ['11: recalibrate', 0x13, { ax: 0x1100, dx: disk }, { ax: 0, cf: false }],
  ['14: diagnose', 0x13, { ax: 0x1400, dx: disk }, { ax: 0, cf: false }],
  ['05: no sectors', 0x13, { ax: 0x0500, bx: fieldsAt, dx: floppy }, { ax: 0x0100, cf: true }],
  ['05: no such head', 0x13, { ax: 0x0512, bx: fieldsAt, dx: 0x0200 }, { ax: 0x0112, cf: true }],
  ['05: no such track', 0x13, { ax: 0x0512, bx: fieldsAt, cx: 0x5000, dx: floppy }, { ax: 0x0112, cf: true }],
  ['47: extended seek', 0x13, { ax: 0x4700, si: packetAt, dx: disk }, { ax: 0, cf: false }],
  ['17: 360 KB in its drive', 0x13, { ax: 0x1701, dx: floppy }, { ax: 0x0101, cf: true }],
  ['18: not of a hard disk', 0x13, { ax: 0x1800, cx: 0x4f12, dx: disk }, { ax: 0x0100, cf: true }],
  [
    '47: extended seek, of a floppy',
    0x13,
    { ax: 0x4700, si: packetAt, dx: floppy },
    { ax: 0x0100, cf: true },
  ],
]

/** Where SeaBIOS differs: docs/quirks.md has why. */
const onOurs: readonly Row[] = [
  ['05: not of a hard disk', 0x13, { ax: 0x0501, bx: fieldsAt, dx: disk }, { ax: 0x0101, cf: true }],
  [
    '18: 80 tracks of 18 sectors',
    0x13,
    { ax: 0x1800, cx: 0x4f12, dx: floppy },
    { ax: 0, di: 0xefc7, es: 0xf000, cf: false },
  ],
  ['18: 40 tracks', 0x13, { ax: 0x1800, cx: 0x2712, dx: floppy }, { ax: 0x0c00, cf: true }],
]

/** A disk address packet of INT 13h functions 42h to 47h. */
const packet = (count: number, offset: number, sector: number) =>
  Uint8Array.of(16, 0, count, 0, offset & 0xff, offset >> 8, 0, 0, sector, 0, 0, 0, 0, 0, 0, 0)

const word = (value: number) => [value & 0xff, value >> 8]

describe.each(eachEngine)('disks of the BIOS on $name', (engine) => {
  let guest: BiosCaller
  const put = (at: number, bytes: Uint8Array) => guest.machine.write('physical', BigInt(at), bytes)

  beforeAll(async () => {
    guest = await openBiosCaller(engine, media)
    await put(buffer, Buffer.alloc(1024, 'written by the guest '))
    await put(packetAt, packet(1, buffer, 100))
  }, 60_000)
  afterAll(() => guest.machine.close())

  /** Sectors of a drive by cylinder, head and sector. */
  async function sectors(ax: number, cx: number, dx: number): Promise<Buffer> {
    const { eax, flags } = await guest.call(0x13, { ax: 0x0200 | ax, bx: 0xa000, cx, dx })
    expect([eax & 0xffff, flags & 1]).toEqual([ax, 0])
    return guest.read(0, 0xa000, 512 * ax)
  }

  test.each([...rows, ...(engine === embedded ? onOurs : [])])('%s', async (...row) => {
    await expectRow(guest, row)
  })

  test('03: what was written is read, and its neighbours are as they were', async () => {
    const read = await sectors(4, 0x0104, 0x0300 | disk)
    const isWritten = [0, 1, 2, 3].map((at) => read.toString('latin1', 512 * at, 512 * at + 7) === 'written')
    expect(isWritten).toEqual([false, true, false, false])
  })

  test('43, 44: a sector is written by a packet, and verified', async () => {
    for (const ax of [0x4300, 0x4400]) {
      const { eax, flags } = await guest.call(0x13, { ax, si: packetAt, dx: disk })
      expect([eax & 0xffff, flags & 1]).toEqual([0, 0])
    }
    // The hundredth: of 16 heads with 63 sectors.
    const written = await sectors(1, 0x0026, 0x0100 | disk)
    expect(written.toString('latin1', 0, 20)).toBe('written by the guest')
  })

  /** AH, CF, and how many blocks the packet tells of. */
  async function read(count: number, sector: number): Promise<readonly number[]> {
    const manyAt = 0x8a00
    await put(
      manyAt,
      Uint8Array.of(16, 0, count, count >> 8, 0, 0, 0, 0x20, ...word(sector), 0, 0, 0, 0, 0, 0),
    )
    const { eax, flags } = await guest.call(0x13, { ax: 0x4200, si: manyAt, dx: disk })
    return [(eax >> 8) & 0xff, flags & 1, (await guest.read(0, manyAt + 2, 2)).readUInt16LE(0)]
  }

  // EDD-4 (T13/2132-D), table 9.
  test('42: 127 blocks at once, no more, and none past the end', async () => {
    expect([await read(0, 5), await read(127, 5)]).toEqual([
      [0, 0, 0],
      [0, 0, 127],
    ])
    const [more, past] = [await read(200, 5), await read(1, 16_128)]
    expect([more.slice(1), past.slice(1, 2)]).toEqual([[1, 0], [1]])
    // SeaBIOS has other numbers: docs/quirks.md.
    if (engine === embedded) expect([more[0], past[0], await read(128, 5)]).toEqual([0x01, 0x04, [1, 1, 0]])
  })

  test('05: a track is formatted', async () => {
    const fields = Array.from({ length: 18 }, (_, index) => [3, 1, index + 1, 2]).flat()
    await put(fieldsAt, Uint8Array.from(fields))
    const { eax, flags } = await guest.call(0x13, { ax: 0x0512, bx: fieldsAt, cx: 0x0300, dx: 0x0100 })
    expect([(eax >> 8) & 0xff, flags & 1]).toEqual([0, 0])
    // QEMU's controller formats nothing: docs/quirks.md.
    if (engine !== embedded) return
    expect((await sectors(18, 0x0301, 0x0100)).every((byte) => byte === 0xf6)).toBe(true)
    expect((await sectors(1, 0x0301, 0x0000)).toString('latin1', 0, 6)).not.toContain('\xf6')
  })
})
