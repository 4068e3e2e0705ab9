import { afterEach, describe, expect, test } from 'vitest'
import { readTextScreen } from '../../../src/engines/qemu/text-screen.ts'
import type { TextScreen } from '../../../src/observe/screen.ts'
import { type QemuVersion, qemuVersions, startQemu } from './bare-qemu.ts'
import { type BiosGuest, startBiosGuest } from './bios-guest.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const qemu of open.splice(0)) await qemu.close()
})

async function guestOn(version: QemuVersion): Promise<BiosGuest> {
  const guest = await startBiosGuest(version)
  open.push(guest.qemu)
  return guest
}

async function screenOf({ qemu }: BiosGuest): Promise<TextScreen> {
  const screen = await readTextScreen(qemu.qtest)
  if (screen === null) throw new Error('the guest is in a graphics mode')
  return screen
}

function row(screen: TextScreen, number: number): string {
  const codes = screen.codes.subarray(number * screen.columns, (number + 1) * screen.columns)
  return Buffer.from(codes).toString('latin1').trimEnd()
}

const letter = (character: string, attribute: number): number => (attribute << 8) | character.charCodeAt(0)

describe.each(qemuVersions)('on QEMU %s', (version) => {
  test('80×25: cells, cursor, blinking', async () => {
    const guest = await guestOn(version)
    await guest.video({ ax: 0x0003 })
    await guest.fill(0xb800, 2 * (3 * 80 + 5), letter('K', 0x9e), 4)
    await guest.video({ ax: 0x0200, dx: 0x0307 })
    const screen = await screenOf(guest)
    expect([screen.columns, screen.rows, screen.codes.length]).toEqual([80, 25, 2000])
    expect(row(screen, 3)).toBe('     KKKK')
    expect(screen.attributes.subarray(3 * 80 + 4, 3 * 80 + 6)).toEqual(Uint8Array.of(0x07, 0x9e))
    expect(screen.cursor).toEqual({ row: 3, column: 7 })
    expect(screen.blinks).toBe(true)
  })

  test('40×25 and 80×50', async () => {
    const guest = await guestOn(version)
    await guest.video({ ax: 0x0001 })
    await guest.fill(0xb800, 2 * (24 * 40 + 37), letter('x', 0x07), 3)
    const narrow = await screenOf(guest)
    expect([narrow.columns, narrow.rows, row(narrow, 24).length]).toEqual([40, 25, 40])
    await guest.video({ ax: 0x0003 })
    await guest.video({ ax: 0x1112 })
    await guest.fill(0xb800, 2 * (49 * 80), letter('y', 0x07), 2)
    const dense = await screenOf(guest)
    expect([dense.columns, dense.rows, row(dense, 49)]).toEqual([80, 50, 'yy'])
  })

  test('a monochrome mode, whose cells are at B0000h', async () => {
    const guest = await guestOn(version)
    await guest.video({ ax: 0x0007 })
    await guest.fill(0xb000, 2 * 80, letter('m', 0x07), 2)
    await guest.video({ ax: 0x0200, dx: 0x0102 })
    const screen = await screenOf(guest)
    expect(row(screen, 1)).toBe('mm')
    expect(screen.cursor).toEqual({ row: 1, column: 2 })
  })

  test('a display that starts further on in memory', async () => {
    const guest = await guestOn(version)
    await guest.video({ ax: 0x0003 })
    await guest.video({ ax: 0x0502 }) // display page 2
    await guest.fill(0xb800, 2 * 0x1000, letter('p', 0x07), 1)
    await guest.video({ ax: 0x0200, bx: 0x0200, dx: 0x0201 })
    const page = await screenOf(guest)
    expect([row(page, 0), page.cursor]).toEqual(['p', { row: 2, column: 1 }])
    await guest.output(0x3d4, 0x0c) // start address 3FFFh: the last cell, then around to the first
    await guest.output(0x3d5, 0x3f)
    await guest.output(0x3d4, 0x0d)
    await guest.output(0x3d5, 0xff)
    await guest.fill(0xb800, 0x7ffe, letter('w', 0x07), 1)
    await guest.fill(0xb800, 0, letter('z', 0x07), 1)
    expect(row(await screenOf(guest), 0)).toBe('wz')
  })

  test('a cursor that is off, has no lines, or is past the end', async () => {
    const guest = await guestOn(version)
    const cursorLines = async (first: number, last: number) => {
      await guest.output(0x3d4, 0x0a)
      await guest.output(0x3d5, first)
      await guest.output(0x3d4, 0x0b)
      await guest.output(0x3d5, last)
      return (await screenOf(guest)).cursor
    }
    await guest.video({ ax: 0x0003 })
    expect(await cursorLines(13, 14)).toEqual({ row: 0, column: 0 })
    expect(await cursorLines(0x20 | 13, 14)).toBeNull()
    expect(await cursorLines(14, 13)).toBeNull()
    expect(await cursorLines(16, 31)).toBeNull()
    await cursorLines(13, 14)
    await guest.video({ ax: 0x0200, dx: 0x1900 })
    expect((await screenOf(guest)).cursor).toBeNull()
  })

  test('bright backgrounds instead of blinking', async () => {
    const guest = await guestOn(version)
    await guest.video({ ax: 0x1003, bx: 0 })
    expect((await screenOf(guest)).blinks).toBe(false)
    await guest.video({ ax: 0x1003, bx: 1 })
    expect((await screenOf(guest)).blinks).toBe(true)
  })

  test('graphics modes are none', async () => {
    const guest = await guestOn(version)
    for (const mode of [0x04, 0x0d, 0x12, 0x13]) {
      await guest.video({ ax: mode })
      expect(await readTextScreen(guest.qemu.qtest), `mode ${mode.toString(16)}h`).toBeNull()
    }
    await guest.video({ ax: 0x4f02, bx: 0x4112 })
    expect(await readTextScreen(guest.qemu.qtest), 'VBE mode 112h').toBeNull()
    await guest.video({ ax: 0x0003 })
    expect(await screenOf(guest)).toMatchObject({ columns: 80, rows: 25 })
  })

  test('before any mode was set, and with the display switched off, the screen is blank', async () => {
    const qemu = await startQemu(version, [])
    open.push(qemu)
    const screen = await readTextScreen(qemu.qtest)
    expect(screen).toMatchObject({ columns: 80, rows: 25, cursor: null })
    expect(screen?.codes.every((code) => code === 0x20)).toBe(true)
    const guest = await guestOn(version)
    await guest.video({ ax: 0x0003 })
    await guest.fill(0xb800, 0, letter('K', 0x07), 2000)
    await guest.input(0x3da)
    await guest.output(0x3c0, 0)
    expect((await screenOf(guest)).codes.every((code) => code === 0x20)).toBe(true)
  })

  test('text is found while the guest has the font memory mapped', async () => {
    const guest = await guestOn(version)
    await guest.video({ ax: 0x0003 })
    await guest.fill(0xb800, 0, letter('K', 0x07), 3)
    const registers = [
      [4, 2],
      [5, 0],
      [6, 4],
    ] as const
    for (const [register, value] of registers) {
      await guest.output(0x3ce, register)
      await guest.output(0x3cf, value)
    }
    await guest.output(0x3ce, 8)
    expect(row(await screenOf(guest), 0)).toBe('KKK')
    expect(await guest.input(0x3ce)).toBe(8)
    for (const [register, value] of registers) {
      await guest.output(0x3ce, register)
      expect(await guest.input(0x3cf)).toBe(value)
    }
  })

  test('index registers are as they were', async () => {
    const guest = await guestOn(version)
    const indices = { 980: 0x11, 974: 0x07 }
    for (const [port, index] of Object.entries(indices)) await guest.output(Number(port), index)
    await screenOf(guest)
    for (const [port, index] of Object.entries(indices)) expect(await guest.input(Number(port))).toBe(index)
  })

  test.each([
    { index: 0x00, data: 0x00 },
    { index: 0x00, data: 0x05 },
    { index: 0x21, data: 0x00 },
    { index: 0x21, data: 0x05 },
    { index: 0x30, data: 0x0c },
  ])('the attribute controller is as it was: address $index, data $data', async ({ index, data }) => {
    const guest = await guestOn(version)
    await guest.video({ ax: 0x0003 })
    const readBack = async () => {
      await guest.input(0x3da)
      await guest.output(0x3c0, index)
      return guest.input(0x3c1)
    }
    // It expects an address.
    await guest.input(0x3da)
    await guest.output(0x3c0, index)
    await guest.output(0x3c0, data)
    await readTextScreen(guest.qemu.qtest)
    expect(await guest.input(0x3c0)).toBe(index)
    await guest.output(0x3c0, index)
    expect(await guest.input(0x3c1)).toBe(data)
    // It expects data.
    await guest.input(0x3da)
    await guest.output(0x3c0, index)
    await readTextScreen(guest.qemu.qtest)
    expect(await guest.input(0x3c1)).toBe(data)
    await guest.output(0x3c0, data ^ 3)
    expect(await guest.input(0x3c0)).toBe(index)
    expect(await readBack()).toBe(data ^ 3)
  })
})
