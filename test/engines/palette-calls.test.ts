import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type BiosCaller, openBiosCaller } from './bios-caller.ts'
import { expectRow } from './bios-rows.ts'
import { eachEngine, embedded } from './each-engine.ts'

/** Segment of a buffer, which calls get as ES:DX with DX 10h. */
const buffer = 0x900
const offset = 0x10

/** Of text mode 3 (IBM PS/2 Hardware Interface Technical Reference, Video Subsystem): 14h is brown. */
const textPalette = [0, 1, 2, 3, 4, 5, 0x14, 7, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f]

describe.each(eachEngine)('functions 10h and 11h of INT 10h on $name', (engine) => {
  let guest: BiosCaller
  beforeAll(async () => {
    guest = await openBiosCaller(engine)
  }, 60_000)
  afterAll(() => guest.machine.close())
  beforeEach(() => guest.call(0x10, { ax: 3 }))

  const write = (bytes: readonly number[]) =>
    guest.machine.write('physical', BigInt(16 * buffer + offset), Uint8Array.from(bytes))
  const read = async (count: number) => [...(await guest.read(buffer, offset, count))]

  /** A call with the buffer, that changes no register. */
  const withBuffer = (ax: number, bx = 0, cx = 0) =>
    expectRow(guest, ['', 0x10, { ax, bx, cx, dx: offset, es: buffer }, {}])

  test('1009h: all registers of the palette, and the border behind them', async () => {
    await write(Array(18).fill(0xee))
    await withBuffer(0x1009)
    expect(await read(18)).toEqual([...textPalette, 0, 0xee])
    const other = [...textPalette.toReversed(), 5]
    await write(other)
    await withBuffer(0x1002)
    await write(Array(17).fill(0xee))
    await withBuffer(0x1009)
    expect(await read(17)).toEqual(other)
  })

  test('1017h: a block of colors', async () => {
    await write(Array(14).fill(0xee))
    await withBuffer(0x1017, 4, 4)
    // 6 is dark yellow in the DAC: the palette has 14h, brown, in its place.
    expect(await read(13)).toEqual([0x2a, 0, 0, 0x2a, 0, 0x2a, 0x2a, 0x2a, 0, 0x2a, 0x2a, 0x2a, 0xee])
    await write([1, 2, 3, 60, 61, 62])
    await withBuffer(0x1012, 0xfe, 2)
    await withBuffer(0x1017, 0xfd, 3)
    expect(await read(9)).toEqual([0, 0, 0, 1, 2, 3, 60, 61, 62])
  })

  test('1017h: no color at all', async () => {
    await write([0xee, 0xee, 0xee])
    await withBuffer(0x1017, 4, 0)
    expect(await read(3)).toEqual([0xee, 0xee, 0xee])
  })

  test('1120h: characters from 80h on, which 1130h tells', async () => {
    const vector = async () => (await guest.read(0, 4 * 0x1f, 4)).readUInt32LE()
    const before = await vector()
    await expectRow(guest, ['', 0x10, { ax: 0x1120, es: 0x1234 }, {}])
    expect((await vector()) >>> 16).toBe(0x1234)
    expect((await guest.call(0x10, { ax: 0x1130 })).es).toBe(0x1234)
    await guest.call(0x10, { ax: 3 })
    expect(await vector()).toBe(before)
  })

  test.each(['1004', '1005', '1006', '100A', '1011', '1014', '1016', '101C', '10FF'])(
    '%sh is no function, and does nothing',
    async (number) => {
      const ax = Number.parseInt(number, 16)
      await write(Array(4).fill(0xee))
      await withBuffer(ax, 1, 1)
      expect(await read(4)).toEqual(Array(4).fill(0xee))
    },
  )

  test.each([0x15, 0x20, 0xff])('1000h, 1007h of register %i, which is not there', async (register) => {
    await expectRow(guest, ['', 0x10, { ax: 0x1000, bx: 0x3f00 | register }, {}])
    await expectRow(guest, ['', 0x10, { ax: 0x1007, bx: 0xaa00 | register }, {}])
    await withBuffer(0x1009)
    expect(await read(17)).toEqual([...textPalette, 0])
  })
})

/** QEMU's adapter has no mask: docs/quirks.md. */
test('1018h, 1019h: the mask of the DAC', async () => {
  const guest = await openBiosCaller(embedded)
  await expectRow(guest, ['', 0x10, { ax: 0x1019, bx: 0x1234 }, { bx: 0x12ff }])
  await expectRow(guest, ['', 0x10, { ax: 0x1018, bx: 0x120f }, {}])
  await expectRow(guest, ['', 0x10, { ax: 0x1019, bx: 0x1234 }, { bx: 0x120f }])
  expect(await guest.input(0x3c6)).toBe(0x0f)
  await guest.call(0x10, { ax: 3 })
  expect(await guest.input(0x3c6)).toBe(0xff)
  await guest.machine.close()
})
