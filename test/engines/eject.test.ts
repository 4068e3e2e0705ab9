import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BiosCaller, openBiosCaller } from './bios-caller.ts'
import { expectRow, type Row } from './bios-rows.ts'
import { eachEngine, embedded } from './each-engine.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-eject-'))
afterAll(() => rmSync(folder, { recursive: true }))

const [disk, cd] = [0x80, 0xe0]
const media = () => {
  const [disc, floppy] = [join(folder, 'disc.iso'), join(folder, 'floppy.img')]
  writeFileSync(disc, Buffer.alloc(400 * 2048, 'disc'))
  writeFileSync(floppy, Buffer.alloc(1_474_560))
  return [
    { id: 'cd', kind: 'cdrom', path: disc },
    { id: 'a', kind: 'floppy', path: floppy },
  ] as const
}

/** Enhanced Disk Drive Specification 3.0, locking and ejecting. */
const rows: readonly Row[] = [
  ['45: lock', 0x13, { ax: 0x4500, dx: cd }, { ax: 1, cf: false }],
  ['45: once more', 0x13, { ax: 0x4500, dx: cd }, { ax: 1, cf: false }],
  ['45: locked', 0x13, { ax: 0x4502, dx: cd }, { ax: 1, cf: false }],
  ['46: locked', 0x13, { ax: 0x4600, dx: cd }, { ax: 0xb100, cf: true }],
  ['45: unlock', 0x13, { ax: 0x4501, dx: cd }, { ax: 1, cf: false }],
  ['45: and again', 0x13, { ax: 0x4501, dx: cd }, { ax: 0, cf: false }],
  ['45: was not locked', 0x13, { ax: 0x4501, dx: cd }, { ax: 0xb000, cf: true }],
  ['45: not locked', 0x13, { ax: 0x4502, dx: cd }, { ax: 0, cf: false }],
  ['45: unknown', 0x13, { ax: 0x4503, dx: cd }, { ax: 0x0103, cf: true }],
  ['45: of a disk', 0x13, { ax: 0x4502, dx: disk }, { ax: 2, cf: false }],
  ['45: of a floppy disk', 0x13, { ax: 0x4500 }, { ax: 0x0100, cf: true }],
  ['46: of a disk', 0x13, { ax: 0x4600, dx: disk }, { ax: 0xb200, cf: true }],
  ['46: of a floppy disk', 0x13, { ax: 0x4600 }, { ax: 0x0100, cf: true }],
  ['46: of no drive', 0x13, { ax: 0x4600, dx: 0xe5 }, { ax: 0x0100, cf: true }],
]

/** `mov ah, 0xb1`; `stc`; `retf 2`. */
const refuses = [0xb4, 0xb1, 0xf9, 0xca, 0x02, 0x00]
const refusesAt = 0x9000

/** INT 15h leads to what is against every ejection, while something is done. */
async function whileRefused(guest: BiosCaller, act: () => Promise<void>): Promise<void> {
  const write = (at: number, bytes: Uint8Array) => guest.machine.write('physical', BigInt(at), bytes)
  const before = Uint8Array.from(await guest.read(0, 4 * 0x15, 4))
  await write(refusesAt, Uint8Array.from(refuses))
  await write(4 * 0x15, Uint8Array.of(refusesAt & 0xff, refusesAt >> 8, 0, 0))
  await act()
  await write(4 * 0x15, before)
}

describe.each(eachEngine)('locking and ejecting on $name', (engine) => {
  let guest: BiosCaller
  beforeAll(async () => {
    guest = await openBiosCaller(engine, media())
  }, 60_000)
  afterAll(() => guest.machine.close())

  test.each(rows)('%s', async (...row) => {
    await expectRow(guest, row)
  })

  test('46: INT 15h 52h may be against it', async () => {
    await whileRefused(guest, () =>
      expectRow(guest, ['', 0x13, { ax: 0x4600, dx: cd }, { ax: 0xb100, cf: true }]),
    )
  })

  test('46: nobody is', async () => {
    await expectRow(guest, ['', 0x13, { ax: 0x4600, dx: cd }, { ax: 0, cf: false }])
  })
})

/** Ports of the CD drive: the first of the secondary channel. */
const ide = { data: 0x170, lbaMid: 0x174, lbaHigh: 0x175, device: 0x176, command: 0x177 } as const

/** A packet of SCSI: the error register and status behind it. */
async function packet(guest: BiosCaller, ...bytes: readonly number[]): Promise<readonly number[]> {
  await guest.output(ide.device, 0xa0)
  await guest.output(ide.lbaMid, 0)
  await guest.output(ide.lbaHigh, 8)
  await guest.output(ide.command, 0xa0)
  for (let at = 0; at < 12; at += 2) {
    await guest.outputWord(ide.data, (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8))
  }
  return [await guest.input(ide.data + 1), await guest.input(ide.command)]
}

const startStop = (bits: number) => [0x1b, 0, 0, 0, bits]
const [out, into] = [2, 3]
const [done, notReady] = [
  [0, 0x50],
  [0x20, 0x51],
]
const attention = [0x60, 0x51]

describe('a tray of the embedded engine', () => {
  const read = { ax: 0x4800, si: 0x9100, dx: cd }
  const statusOf = async (guest: BiosCaller) => {
    await guest.machine.write('physical', 0x9100n, Uint8Array.of(30, 0))
    return ((await guest.call(0x13, read)).eax >> 8) & 0xff
  }

  test('is moved by the BIOS, and closed by who puts a disc in', async () => {
    const guest = await openBiosCaller(embedded, media())
    expect(await statusOf(guest)).toBe(0)
    await guest.call(0x13, { ax: 0x4600, dx: cd })
    expect(await statusOf(guest)).toBe(0x31)
    expect(await packet(guest, 0x00)).toEqual(notReady)
    await expectRow(guest, ['', 0x13, { ax: 0x4600, dx: cd }, { ax: 0x3100, cf: true }])
    await guest.machine.changeMedium('cd', join(folder, 'disc.iso'))
    expect(await statusOf(guest)).toBe(0)
    expect([await packet(guest, 0x00), await packet(guest, 0x00)]).toEqual([attention, done])
    await guest.machine.close()
  })

  test('is moved by packets of the guest', async () => {
    const guest = await openBiosCaller(embedded, media())
    expect(await packet(guest, ...startStop(out))).toEqual(done)
    expect([await packet(guest, 0x00), await statusOf(guest)]).toEqual([notReady, 0x31])
    expect(await packet(guest, ...startStop(into))).toEqual(done)
    expect([await packet(guest, 0x00), await statusOf(guest)]).toEqual([attention, 0])
    await expectRow(guest, ['', 0x13, { ax: 0x4900, dx: cd }, { ax: 0x0600, cf: true }])
    await guest.machine.close()
  })
})
