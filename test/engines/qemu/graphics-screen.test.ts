import { readdirSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { parsePixmap } from '../../../src/engines/qemu/graphics-screen.ts'
import { readScreen } from '../../../src/engines/qemu/screen.ts'
import type { GraphicsScreen } from '../../../src/observe/screen.ts'
import { type QemuVersion, qemuVersions } from './bare-qemu.ts'
import { type BiosGuest, startBiosGuest } from './bios-guest.ts'

const open: BiosGuest[] = []
afterEach(async () => {
  for (const guest of open.splice(0)) await guest.qemu.close()
})

async function guestOn(version: QemuVersion): Promise<BiosGuest> {
  const guest = await startBiosGuest(version)
  open.push(guest)
  return guest
}

async function pictureOf({ qemu }: BiosGuest): Promise<GraphicsScreen> {
  const screen = await readScreen(qemu.monitor, qemu.qtest, qemu.directory)
  if (screen.kind !== 'graphics') throw new Error('the guest is in a text mode')
  return screen
}

function pixel({ width, pixels }: GraphicsScreen, x: number, y: number): number[] {
  const at = (y * width + x) * 4
  return [...pixels.subarray(at, at + 4)]
}

describe.each(qemuVersions)('QEMU %s', (version) => {
  test('mode 13h: 256 colours', async () => {
    const guest = await guestOn(version)
    await guest.video({ ax: 0x0013 })
    await guest.fill(0xa000, 320 * 10 + 4, 0x0404, 2)
    const picture = await pictureOf(guest)
    // Pixels and lines of this mode are scanned out twice.
    expect([picture.width, picture.height]).toEqual([640, 400])
    expect(pixel(picture, 7, 21)).toEqual([0, 0, 0, 255])
    expect(pixel(picture, 8, 20)).toEqual([168, 0, 0, 255])
    expect(pixel(picture, 15, 21)).toEqual([168, 0, 0, 255])
    expect(pixel(picture, 16, 21)).toEqual([0, 0, 0, 255])
  })

  test('a VBE mode with 24 bits a pixel, then text again', async () => {
    const guest = await guestOn(version)
    const { ax } = await guest.video({ ax: 0x4f02, bx: 0x0112 })
    expect(ax).toBe(0x004f)
    await guest.fill(0xa000, 640 * 3 * 2, 0x1234, 3)
    const picture = await pictureOf(guest)
    expect([picture.width, picture.height]).toEqual([640, 480])
    expect(pixel(picture, 0, 2)).toEqual([0x34, 0x12, 0x34, 255])
    expect(pixel(picture, 1, 2)).toEqual([0x12, 0x34, 0x12, 255])
    expect(pixel(picture, 2, 2)).toEqual([0, 0, 0, 255])
    await guest.video({ ax: 0x0003 })
    const { qemu } = guest
    expect(await readScreen(qemu.monitor, qemu.qtest, qemu.directory)).toMatchObject({ kind: 'text' })
  })

  test('a picture is never an old one, and no file is left', async () => {
    const guest = await guestOn(version)
    const { qemu } = guest
    await guest.video({ ax: 0x0013 })
    const before = readdirSync(qemu.directory)
    expect(pixel(await pictureOf(guest), 0, 0)).toEqual([0, 0, 0, 255])
    await qemu.qtest.writePhysical(0xa0000n, Uint8Array.of(0x0f))
    expect(pixel(await pictureOf(guest), 0, 0)).toEqual([255, 255, 255, 255])
    expect(readdirSync(qemu.directory)).toEqual(before)
  })
})

describe('parsePixmap', () => {
  const pixmap = (header: string, ...samples: readonly number[]) =>
    Uint8Array.from([...Buffer.from(header), ...samples])

  test('samples that look like white space', () => {
    expect(parsePixmap(pixmap('P6\n2 1\n255\n', 10, 32, 13, 1, 2, 3))).toEqual({
      kind: 'graphics',
      width: 2,
      height: 1,
      pixels: Uint8Array.of(10, 32, 13, 255, 1, 2, 3, 255),
    })
  })

  test.each([
    ['cut short', pixmap('P6\n2 1\n255\n', 1, 2, 3)],
    ['another format', pixmap('P5\n1 1\n255\n', 1)],
    ['nothing', new Uint8Array()],
  ])('%s', (_name, bytes) => {
    expect(() => parsePixmap(bytes)).toThrow('kerneltest is wrong here')
  })
})
