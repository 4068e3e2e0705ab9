import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { type BiosCaller, openBiosCaller } from './bios-caller.ts'
import { expectRow } from './bios-rows.ts'
import { bootDisc, discPlaces, emulations } from './boot-disc.ts'
import { embedded } from './each-engine.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-el-torito-'))
afterAll(() => rmSync(folder, { recursive: true }))

const floppyBytes = 1_474_560
/** `mov al, 0x10`; `out 0xf4, al`. */
const exits = [0xb0, 0x10, 0xe6, 0xf4]

/** Beside what was booted, a floppy disk and a CD that could be; QEMU's BIOS has no such functions. */
async function openWithDisc(): Promise<BiosCaller> {
  const [disc, floppy] = [join(folder, 'disc.iso'), join(folder, 'floppy.img')]
  const image = new Uint8Array(floppyBytes)
  image.set(exits)
  image.set(Buffer.from('SECOND'), 512)
  writeFileSync(disc, bootDisc({ media: emulations['floppy-1.44'], image }))
  writeFileSync(floppy, Buffer.alloc(floppyBytes, 'beside'))
  const guest = await openBiosCaller(embedded, [
    { id: 'cd', kind: 'cdrom', path: disc },
    { id: 'a', kind: 'floppy', path: floppy },
  ])
  onTestFinished(async () => {
    await guest.machine.close()
  })
  return guest
}

const [packetAt, buffer] = [0x9000, 0xa000]
const anyDrive = 0x7f
/** A floppy disk of 1.44 MB at sector 20, one sector of it to 07C0:0000; cylinder, sector, head last. */
const packet = [0x13, 2, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0xc0, 0x07, 1, 0, 79, 18, 1]

const putPacket = (guest: BiosCaller, bytes: readonly number[]) =>
  guest.machine.write('physical', BigInt(packetAt), Uint8Array.from(bytes))

/** How the second sector of a floppy drive begins. */
async function second(guest: BiosCaller, drive: number): Promise<string> {
  const { flags } = await guest.call(0x13, { ax: 0x0201, bx: buffer, cx: 2, dx: drive })
  expect(flags & 1).toBe(0)
  return (await guest.read(0, buffer, 6)).toString('latin1')
}

// Sections and packets: El Torito 1.0, section 4.

test('4D: the boot catalog, as the disc has it', async () => {
  const guest = await openWithDisc()
  await putPacket(guest, [8, 1, buffer & 0xff, buffer >> 8, 0, 0, 0, 0])
  await expectRow(guest, ['', 0x13, { ax: 0x4d00, dx: anyDrive, si: packetAt }, { ax: 0, cf: false }])
  const disc = bootDisc({ media: emulations['floppy-1.44'], image: new Uint8Array(0) })
  const catalog = disc.subarray(discPlaces.catalog, discPlaces.catalog + 64)
  expect((await guest.read(0, buffer, 64)).equals(catalog)).toBe(true)
  await putPacket(guest, [8, 0xff, buffer & 0xff, buffer >> 8, 0, 0, 0xff, 0xff])
  await expectRow(guest, ['', 0x13, { ax: 0x4d00, dx: anyDrive, si: packetAt }, { ax: 0x0400, cf: true }])
})

test('4A: an image becomes drive 00h; 4B: it is told, and then no more', async () => {
  const guest = await openWithDisc()
  const none = { ax: 0x4b01, dx: anyDrive, si: 0x9100 }
  await expectRow(guest, ['', 0x13, none, { ax: 0x0101, cf: true }])
  await putPacket(guest, [0x12, ...packet.slice(1)])
  const start = { ax: 0x4a00, dx: anyDrive, si: packetAt }
  await expectRow(guest, ['', 0x13, start, { ax: 0x0100, cf: true }])
  await putPacket(guest, packet)
  await expectRow(guest, ['', 0x13, start, { ax: 0, cf: false }])
  expect([await second(guest, 0), await second(guest, 1)]).toEqual(['SECOND', 'sidebe'])
  await expectRow(guest, ['', 0x13, { ax: 0x4b01, dx: 0, si: 0x9100 }, { ax: 1, cf: false }])
  expect([...(await guest.read(0, 0x9100, 0x13))]).toEqual(packet)
  await expectRow(guest, ['', 0x13, { ax: 0x4b00, dx: anyDrive, si: 0x9100 }, { ax: 0, cf: false }])
  expect(await second(guest, 0)).toBe('sidebe')
})

test('4C: an image is started', async () => {
  const guest = await openWithDisc()
  await putPacket(guest, packet)
  await guest.begin(0x13, { ax: 0x4c00, dx: anyDrive, si: packetAt })
  expect(await guest.run()).toMatchObject({ why: 'end', ending: { kind: 'exit', value: 0x10 } })
})
