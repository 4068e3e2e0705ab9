import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { vbeModes } from '../../src/machine/firmware/vga-bios/vbe/vbe-modes.ts'
import { kernel } from '../kernels/build.ts'
import { type BiosCaller, openBiosCaller } from './bios-caller.ts'
import { expectRow, type Row } from './bios-rows.ts'
import { colorLevels } from './color-levels.ts'
import { eachEngine, embedded } from './each-engine.ts'
import { onBoth } from './on-both.ts'
import { planOf } from './plans.ts'

const buffer = 0x8000
const ok = 0x004f
const [failed, notByHardware, notInMode] = [0x014f, 0x024f, 0x034f]

const vbe = (function_: number, words: Row[2] = {}): Row[2] => ({ ax: 0x4f00 + function_, ...words })

/** As VBE 3.0 has them, and SeaBIOS too. */
const rows: readonly Row[] = [
  ['03: text', 0x10, vbe(3), { ax: ok, bx: 3 }],
  ['02: no such mode', 0x10, vbe(2, { bx: 0x41ff }), { ax: failed }],
  ['02: 1280 x 1024 x 24, linear', 0x10, vbe(2, { bx: 0x411b }), { ax: ok }],
  ['03: it', 0x10, vbe(3), { ax: ok, bx: 0x411b }],
  ['06: its lines', 0x10, vbe(6, { bx: 1 }), { ax: ok, bx: 3840, cx: 1280, dx: 4369 }],
  ['06: longer ones', 0x10, vbe(6, { cx: 2000 }), { ax: ok, bx: 6000, cx: 2000, dx: 2796 }],
  ['06: are there', 0x10, vbe(6, { bx: 1 }), { ax: ok, bx: 6000, cx: 2000, dx: 2796 }],
  ['07: start', 0x10, vbe(7, { cx: 5, dx: 7 }), { ax: ok }],
  ['07: is there', 0x10, vbe(7, { bx: 1 }), { ax: ok, bx: 1, cx: 5, dx: 7 }],
  ['07: in the retrace', 0x10, vbe(7, { bx: 0x80, cx: 1, dx: 2 }), { ax: ok }],
  ['07: is there too', 0x10, vbe(7, { bx: 1 }), { ax: ok, bx: 1, cx: 1, dx: 2 }],
  ['07: no such function', 0x10, vbe(7, { bx: 0x99 }), { ax: failed }],
  ['08: a mode of colors', 0x10, vbe(8, { bx: 1 }), { ax: notInMode }],
  ['02: 640 x 480 x 8', 0x10, vbe(2, { bx: 0x101 }), { ax: ok }],
  ['03: with windows', 0x10, vbe(3), { ax: ok, bx: 0x101 }],
  ['05: bank', 0x10, vbe(5, { dx: 3 }), { ax: ok }],
  ['05: is there', 0x10, vbe(5, { bx: 0x100 }), { ax: ok, dx: 3 }],
  ['05: no second window', 0x10, vbe(5, { bx: 1 }), { ax: failed }],
  ['08: six bits', 0x10, vbe(8, { bx: 1 }), { ax: ok, bx: 0x601 }],
  ['08: eight', 0x10, vbe(8, { bx: 0x800 }), { ax: ok }],
  ['08: are there', 0x10, vbe(8, { bx: 1 }), { ax: ok, bx: 0x801 }],
  ['08: six again', 0x10, vbe(8, { bx: 0x600 }), { ax: ok }],
  ['02: keeps memory', 0x10, vbe(2, { bx: 0x8101 }), { ax: ok }],
  ['03: kept it', 0x10, vbe(3), { ax: ok, bx: 0x8101 }],
  ['02: a mode of the VGA', 0x10, vbe(2, { bx: 0x13 }), { ax: ok }],
  ['03: it', 0x10, vbe(3), { ax: ok, bx: 0x13 }],
  ['02: planes', 0x10, vbe(2, { bx: 0x102 }), { ax: ok }],
  ['00: text', 0x10, { ax: 3 }, { ax: 0x30 }],
  ['03: text again', 0x10, vbe(3), { ax: ok, bx: 3 }],
  ['10: power off', 0x10, vbe(0x10, { bx: 0x401 }), { ax: ok }],
  ['10: it is', 0x10, vbe(0x10, { bx: 2 }), { ax: ok, bx: 0x402 }],
  ['10: on', 0x10, vbe(0x10, { bx: 1 }), { ax: ok }],
  ['10: no such function', 0x10, vbe(0x10, { bx: 9 }), { ax: failed }],
  ['15: no such function', 0x10, vbe(0x15, { bx: 9 }), { ax: failed }],
  ['0B: unknown', 0x10, vbe(0x0b), { ax: 0x0100 }],
]

/** What SeaBIOS does not have, or has otherwise: see docs/quirks.md. */
const ownRows: readonly Row[] = [
  ['02: 1024 x 768 x 8, linear', 0x10, vbe(2, { bx: 0x4105 }), { ax: ok }],
  ['05: there is no bank', 0x10, vbe(5, { dx: 3 }), { ax: notInMode }],
  ['06: most', 0x10, vbe(6, { bx: 3 }), { ax: ok, bx: 16_000, cx: 16_000, dx: 1048 }],
  ['06: too much', 0x10, vbe(6, { cx: 17_000 }), { ax: notByHardware }],
  ['06: the next longer', 0x10, vbe(6, { bx: 2, cx: 1025 }), { ax: ok, bx: 1032, cx: 1032, dx: 16_256 }],
  ['07: by address', 0x10, vbe(7, { bx: 2, ecx: 1032 * 9 + 4 }), { ax: ok }],
  ['07: is there', 0x10, vbe(7, { bx: 1 }), { ax: ok, bx: 1, cx: 4, dx: 9 }],
  ['07: was shown', 0x10, vbe(7, { bx: 4 }), { ax: ok, cx: 1 }],
  ['07: beyond the end', 0x10, vbe(7, { dx: 16_000 }), { ax: notByHardware }],
  ['08: seven bits are six', 0x10, vbe(8, { bx: 0x700 }), { ax: ok, bx: 0x600 }],
  ['09: a second palette', 0x10, vbe(9, { bx: 2, cx: 1 }), { ax: notByHardware }],
  ['09: too many', 0x10, vbe(9, { cx: 2, dx: 255 }), { ax: failed }],
  ['02: planes are not linear', 0x10, vbe(2, { bx: 0x4102 }), { ax: failed }],
  ['02: the mode is still there', 0x10, vbe(3), { ax: ok, bx: 0x4105 }],
  ['10: what there is', 0x10, vbe(0x10), { ax: ok, bx: 0x0710 }],
  ['10: no such state', 0x10, vbe(0x10, { bx: 0x801 }), { ax: failed }],
  ['15: what there is', 0x10, vbe(0x15), { ax: ok, bx: 0x0102 }],
  ['15: no second controller', 0x10, vbe(0x15, { cx: 1 }), { ax: failed }],
  ['15: no second block', 0x10, vbe(0x15, { bx: 1, dx: 1, di: buffer }), { ax: failed }],
  ['04: no such action', 0x10, vbe(4, { cx: 15, dx: 3 }), { ax: failed }],
  ['0A: no such function', 0x10, vbe(0x0a, { bx: 4 }), { ax: failed }],
  ['00: text', 0x10, { ax: 3 }, { ax: 0x30 }],
  ['05: not of VBE', 0x10, vbe(5, { dx: 1 }), { ax: notInMode }],
]

async function write(guest: BiosCaller, offset: number, bytes: Iterable<number>): Promise<void> {
  let at = offset
  for (const byte of bytes) await guest.poke(0, at++, byte)
}

const edidOf = async (guest: BiosCaller) => {
  await guest.call(0x10, vbe(0x15, { bx: 1, di: buffer }))
  return guest.read(0, buffer, 128)
}

describe.each(eachEngine)('$name', (engine) => {
  let guest: BiosCaller
  beforeAll(async () => {
    guest = await openBiosCaller(engine)
  }, 60_000)
  afterAll(() => guest.machine.close())

  test.each(rows)('%s', async (...row) => {
    await expectRow(guest, row)
  })

  test('00: who asks for VBE 2 gets names, and a list of modes', async () => {
    await write(guest, buffer, Buffer.from('VBE2'))
    await expectRow(guest, ['', 0x10, vbe(0, { di: buffer }), { ax: ok }])
    const info = await guest.read(0, buffer, 256)
    expect([info.toString('latin1', 0, 4), info.readUInt16LE(4), info.readUInt16LE(18)]).toEqual([
      'VESA',
      0x0300,
      256,
    ])
    expect(info[10]).toBe(1)
    for (const pointer of [6, 22, 26, 30]) {
      const name = await guest.read(info.readUInt16LE(pointer + 2), info.readUInt16LE(pointer), 32)
      expect(name.toString('latin1')).toMatch(/^[ -~]{3,}\0/)
    }
    const list = await guest.read(info.readUInt16LE(16), info.readUInt16LE(14), 256)
    const modes = Array.from({ length: 128 }, (_, index) => list.readUInt16LE(2 * index))
    expect(modes.slice(0, vbeModes.size)).toEqual([...vbeModes.keys()])
    expect(modes).toContain(0xffff)
  })

  // Kernels in protected mode read the far pointer to the list as a linear address: with the block below
  // 64 KiB it is one, as long as the list is in the block's own reserved area.
  test('00: the list of modes is in the block, as far as its 256 bytes go', async () => {
    for (const asked of ['VBE2', 'VESA']) {
      await write(guest, buffer, Buffer.from(asked))
      await guest.call(0x10, vbe(0, { di: buffer }))
      const info = await guest.read(0, buffer, 256)
      const list = info.readUInt32LE(14)
      expect(list).toBeGreaterThanOrEqual(buffer + 34)
      const modes = Array.from({ length: 111 }, (_, index) => info.readUInt16LE(34 + 2 * index))
      expect(modes.slice((list - buffer - 34) / 2)).toContain(0xffff)
      expect(modes).toContain(0x118)
    }
  })

  test('15: EDID of the monitor', async () => {
    const block = await edidOf(guest)
    expect(block.toString('hex', 0, 8)).toBe('00ffffffffffff00')
    expect(block.reduce((sum, byte) => sum + byte, 0) & 0xff).toBe(0)
    expect([block[18], block[19]]).toEqual([1, 4])
  })

  test('04: registers of a mode come back', async () => {
    await guest.call(0x10, vbe(2, { bx: 0x4114 }))
    await guest.call(0x10, vbe(7, { cx: 3, dx: 4 }))
    const { ebx } = await guest.call(0x10, vbe(4, { cx: 15 }))
    expect((ebx & 0xffff) * 64).toBeGreaterThan(768)
    await guest.call(0x10, vbe(4, { cx: 15, dx: 1, bx: 0x9000 }))
    await guest.call(0x10, { ax: 3 })
    await guest.call(0x10, vbe(4, { cx: 15, dx: 2, bx: 0x9000 }))
    expect(await guest.machine.screen()).toMatchObject({ kind: 'graphics', width: 800, height: 600 })
    await expectRow(guest, ['', 0x10, vbe(7, { bx: 1 }), { ax: ok, bx: 1, cx: 3, dx: 4 }])
    await guest.call(0x10, { ax: 3 })
    expect((await guest.machine.screen()).kind).toBe('text')
  })
})

describe('on the embedded engine', () => {
  let guest: BiosCaller
  beforeAll(async () => {
    guest = await openBiosCaller(embedded)
  })
  afterAll(() => guest.machine.close())

  test.each(ownRows)('%s', async (...row) => {
    await expectRow(guest, row)
  })

  test('00: who does not ask for more gets 256 bytes', async () => {
    await write(guest, buffer, [0, 0, 0, 0])
    await write(guest, buffer + 256, [0x5a])
    await guest.call(0x10, vbe(0, { di: buffer }))
    expect((await guest.read(0, buffer + 256, 1))[0]).toBe(0x5a)
  })

  test('01: the framebuffer is where its window has been moved to; modes of the VGA', async () => {
    await guest.call(0x1a, { ax: 0xb10d, bx: 0x10, di: 0x10, ecx: 0xe000_0000 })
    await guest.call(0x10, vbe(1, { cx: 0x118, di: buffer }))
    expect((await guest.read(0, buffer, 256)).readUInt32LE(40)).toBe(0xe000_0000)
    await guest.call(0x1a, { ax: 0xb10d, bx: 0x10, di: 0x10, ecx: 0xfd00_0000 })
    const blockOf = async (mode: number) => {
      await guest.call(0x10, vbe(1, { cx: mode, di: buffer }))
      return (await guest.read(0, buffer, 31)).toString('hex')
    }
    expect([await blockOf(3), await blockOf(0x12), await blockOf(4)]).toMatchInlineSnapshot(`
      [
        "0f0007004000400000b80000004200c0a00050001900091001040100000701",
        "1f0007004000400000a00000004200c050008002e001081004040103000001",
        "1f0007004000400000b80000004200c050004001c800080801020201080001",
      ]
    `)
    await expectRow(guest, ['', 0x10, vbe(1, { cx: 0x14, di: buffer }), { ax: failed }])
  })

  test('09: colors, blue first', async () => {
    await guest.call(0x10, vbe(2, { bx: 0x4101 }))
    await write(guest, buffer, [1, 2, 3, 0, 0xff, 0x10, 0x20, 0])
    await expectRow(guest, ['', 0x10, vbe(9, { cx: 2, dx: 16, di: buffer }), { ax: ok }])
    await guest.call(0x10, vbe(9, { bx: 1, cx: 2, dx: 16, di: 0x8100 }))
    expect((await guest.read(0, 0x8100, 8)).toString('hex')).toBe('010203003f102000')
    await guest.output(0x3c7, 16)
    expect([await guest.input(0x3c9), await guest.input(0x3c9), await guest.input(0x3c9)]).toEqual([3, 2, 1])
    await guest.call(0x10, { ax: 3 })
  })

  test('1C: registers, BIOS data and colors of a mode of the VGA', async () => {
    await guest.call(0x10, { ax: 0x13 })
    await expectRow(guest, ['', 0x10, { ax: 0x1c00, cx: 7 }, { ax: 0x1c1c, bx: 14 }])
    await expectRow(guest, ['', 0x10, { ax: 0x1c00, cx: 8 }, { ax: 0x1c1c, bx: 0 }])
    await guest.call(0x10, { ax: 0x1c01, cx: 7, bx: 0x9000 })
    await guest.call(0x10, { ax: 3 })
    await guest.call(0x10, { ax: 0x1c02, cx: 7, bx: 0x9000 })
    await expectRow(guest, ['', 0x10, { ax: 0x0f00 }, { ax: 0x2813, bx: 0 }])
    expect(await guest.machine.screen()).toMatchObject({ kind: 'graphics', width: 640, height: 400 })
    await guest.call(0x10, { ax: 3 })
  })
})

const start = { kind: 'firmware', firmware: 'bios', bootOrder: ['boot'] } as const

test('a program that draws bank by bank has the same picture as on QEMU', async () => {
  const plan = planOf(start, { media: [{ id: 'boot', kind: 'disk', path: kernel('vbe-banks') }] })
  const [qemu, ours] = await onBoth(plan, async (machine, _engine, printed) => {
    const stop = await machine.run({ deadlineNs: 60_000_000_000n, any: [] })
    expect(stop).toMatchObject({ why: 'end', ending: { kind: 'deadHalt' } })
    return { printed: printed(), screen: await machine.screen() }
  })
  expect(ours?.printed).toBe(qemu?.printed)
  if (qemu?.screen.kind !== 'graphics' || ours?.screen.kind !== 'graphics') throw new Error('a text mode')
  expect([ours.screen.width, ours.screen.height]).toEqual([640, 480])
  expect(colorLevels(ours.screen, 6).equals(colorLevels(qemu.screen, 6))).toBe(true)
})

/** Of ModeInfoBlock: a pointer into ROM, and numbers of images, which SeaBIOS counts otherwise. */
const masked: readonly number[] = [12, 13, 29, 52, 53]

test('every mode is described as SeaBIOS does', async () => {
  const blocks = await Promise.all(
    [eachEngine[0] ?? embedded, embedded].map(async (engine) => {
      const guest = await openBiosCaller(engine)
      const seen: string[] = []
      for (const number of vbeModes.keys()) {
        await guest.call(0x10, vbe(1, { cx: number, di: buffer }))
        const block = await guest.read(0, buffer, 66)
        for (const at of masked) block[at] = 0
        seen.push(`${number.toString(16)} ${block.toString('hex')}`)
      }
      await guest.machine.close()
      return seen
    }),
  )
  expect(blocks[1]).toEqual(blocks[0])
}, 120_000)
