import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import type { Medium } from '../../../src/boot/plan.ts'
import { type BiosCaller, openBiosCaller } from '../bios-caller.ts'
import { bootDisc, emulations } from '../boot-disc.ts'
import { embedded } from '../each-engine.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-disk-errors-'))
afterAll(() => rmSync(folder, { recursive: true }))

const [packetAt, buffer] = [0x9000, 0xa000]
const floppyBytes = 1_474_560
const sector = 2048

async function open(medium: Omit<Medium, 'path'>, contents: Uint8Array): Promise<BiosCaller> {
  const path = join(folder, 'medium')
  writeFileSync(path, contents)
  const guest = await openBiosCaller(embedded, [{ ...medium, path } as Medium])
  onTestFinished(async () => void (await guest.machine.close()))
  return guest
}

/** Status of INT 13h. */
async function status(guest: BiosCaller, words: Parameters<BiosCaller['call']>[1]): Promise<number> {
  return ((await guest.call(0x13, words)).eax >> 8) & 0xff
}

const notesOf = ({ events }: BiosCaller) =>
  events.flatMap((event) =>
    event.kind === 'note' ? [event.text.replace(/at instruction \d+/, 'at instruction …')] : [],
  )

/** Function 02h, 03h or 04h: CX as the registers have it. */
const transfer = (guest: BiosCaller, ax: number, cx: number, dx: number) =>
  status(guest, { ax, cx, dx, bx: buffer })

/** Makes the image on the CD a drive (El Torito 1.0, section 4). */
async function emulate(guest: BiosCaller, media: number, last: readonly number[]): Promise<void> {
  const drive = media === emulations['hard-disk'] ? 0x80 : 0
  const packet = [0x13, media, drive, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0xc0, 0x07, 1, 0, ...last]
  await guest.machine.write('physical', BigInt(packetAt), Uint8Array.from(packet))
  expect(await status(guest, { ax: 0x4a00, dx: 0x7f, si: packetAt })).toBe(0)
}

test.each([
  ['cylinder 80, head 0, sector 1', 0x0201, 0x5001, 0x0000],
  ['cylinder 0, head 2, sector 1', 0x0301, 0x0001, 0x0200],
  ['cylinder 79, head 1, sector 19', 0x0401, 0x4f13, 0x0100],
  ['cylinder 1, head 0, sector 0', 0x0201, 0x0100, 0x0000],
])('%s of a floppy disk', async (place, ax, cx, dx) => {
  const guest = await open({ id: 'a', kind: 'floppy' }, new Uint8Array(floppyBytes))
  for (let times = 0; times < 2; times++) expect(await transfer(guest, ax, cx, dx)).toBe(0x01)
  expect(notesOf(guest)).toEqual([
    `the guest wants ${place} of a, whose last is cylinder 79, head 1, sector 18, at instruction … [outside-geometry]`,
  ])
  const error = (await guest.machine.timeline()).find(({ kind }) => kind === 'diskError')
  expect(error).toMatchObject({
    why: 'outsideGeometry',
    drive: 'a',
    last: { cylinder: 79, head: 1, sector: 18 },
  })
})

test('a cylinder that a hard disk does not have', async () => {
  const guest = await open({ id: 'one', kind: 'disk' }, new Uint8Array(16 * 63 * 512 * 10))
  expect(await transfer(guest, 0x0201, 0xffc1, 0x0081)).toBe(0x01)
  expect(notesOf(guest)).toEqual([
    'the guest wants cylinder 1023, head 0, sector 1 of one, whose last is cylinder 9, head 15, sector 63, at instruction … [outside-geometry]',
  ])
})

test('a cylinder that an emulated floppy disk does not have', async () => {
  const image = new Uint8Array(floppyBytes)
  const guest = await open({ id: 'cd', kind: 'cdrom' }, bootDisc({ media: emulations['floppy-1.44'], image }))
  await emulate(guest, emulations['floppy-1.44'], [79, 18, 1])
  expect(await transfer(guest, 0x0201, 0x5001, 0)).toBe(0x01)
  expect(notesOf(guest)).toEqual([
    'the guest wants cylinder 80, head 0, sector 1 of the disk image on cd, whose last is cylinder 79, head 1, sector 18, at instruction … [outside-geometry]',
  ])
})

test('sectors of an emulated floppy disk that reaches past the end of its disc', async () => {
  const image = new Uint8Array(floppyBytes)
  const whole = bootDisc({ media: emulations['floppy-1.44'], image })
  const guest = await open({ id: 'cd', kind: 'cdrom' }, whole.subarray(0, (20 + 9) * sector))
  await emulate(guest, emulations['floppy-1.44'], [79, 18, 1])
  expect(await transfer(guest, 0x0212, 0x0001, 0x0100)).toBe(0)
  expect(await transfer(guest, 0x0202, 0x0101, 0)).toBe(0x04)
  expect(notesOf(guest)).toEqual([
    'the guest wants sectors 36 to 37 of the disk image on cd, which has 36, at instruction … [reads-past-end]',
  ])
})

test('sectors past the end of an emulated hard disk', async () => {
  const image = new Uint8Array(64 * 512)
  // One partition, up to cylinder 0, head 1, sector 32.
  image.set([0x80, 0, 1, 0, 0x83, 1, 32, 0, 1, 0, 0, 0, 63, 0, 0, 0], 446)
  const guest = await open({ id: 'cd', kind: 'cdrom' }, bootDisc({ media: emulations['hard-disk'], image }))
  await emulate(guest, emulations['hard-disk'], [0, 32, 1])
  const packet = [16, 0, 2, 0, buffer & 0xff, buffer >> 8, 0, 0, 63, 0, 0, 0, 0, 0, 0, 0]
  await guest.machine.write('physical', BigInt(packetAt), Uint8Array.from(packet))
  expect(await status(guest, { ax: 0x4200, dx: 0x80, si: packetAt })).toBe(0x04)
  expect(notesOf(guest)).toEqual([
    'the guest wants sectors 63 to 64 of the disk image on cd, which has 64, at instruction … [reads-past-end]',
  ])
})
