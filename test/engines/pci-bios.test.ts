import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BiosCaller, openBiosCaller } from './bios-caller.ts'
import { expectRow, type Row } from './bios-rows.ts'
import { eachEngine } from './each-engine.ts'

const pci = 0x2049_4350
/** The PIIX3's IDE function. */
const ide = 0x0009
const line = 0x3c
const rows: readonly Row[] = [
  ['B102: the PIIX3', 0x1a, { ax: 0xb102, cx: 0x7000, dx: 0x8086 }, { ax: 2, bx: 0x0008, cf: false }],
  ['B102: a second one', 0x1a, { ax: 0xb102, cx: 0x7000, dx: 0x8086, si: 1 }, { ax: 0x8602, cf: true }],
  ['B102: nobody', 0x1a, { ax: 0xb102, cx: 1, dx: 1 }, { ax: 0x8602, cf: true }],
  ['B103: IDE', 0x1a, { ax: 0xb103, ecx: 0x010180 }, { ax: 3, bx: ide, cf: false }],
  ['B103: no such class', 0x1a, { ax: 0xb103, ecx: 0x123456 }, { ax: 0x8603, cf: true }],
  ['B106: special cycle', 0x1a, { ax: 0xb106 }, { ax: 0x8106, cf: true }],
  ['B108: a byte', 0x1a, { ax: 0xb108, bx: 0, di: 1 }, { ax: 8, cx: 0x80, cf: false }],
  ['B109: a word', 0x1a, { ax: 0xb109, bx: 0, di: 2 }, { ax: 9, cx: 0x1237, cf: false }],
  ['B10A: a dword', 0x1a, { ax: 0xb10a, bx: 0, di: 0 }, { ax: 10, ecx: 0x1237_8086, cf: false }],
  ['B10A: where nobody is', 0x1a, { ax: 0xb10a, bx: 0xf8 }, { ax: 10, ecx: 0xffff_ffff, cf: false }],
  ['B10B: writes a byte', 0x1a, { ax: 0xb10b, bx: ide, cx: 5, di: line }, { ax: 11, cf: false }],
  ['B108: it is there', 0x1a, { ax: 0xb108, bx: ide, di: line }, { ax: 8, cx: 5, cf: false }],
  ['B10C: writes a word', 0x1a, { ax: 0xb10c, bx: ide, cx: 7, di: line }, { ax: 12, cf: false }],
  ['B109: it is there', 0x1a, { ax: 0xb109, bx: ide, di: line }, { ax: 9, cx: 7, cf: false }],
  ['B10D: writes a dword', 0x1a, { ax: 0xb10d, bx: ide, ecx: 9, di: line }, { ax: 13, cf: false }],
  ['B10A: it is there', 0x1a, { ax: 0xb10a, bx: ide, di: line }, { ax: 10, ecx: 9, cf: false }],
  ['B17F: unknown', 0x1a, { ax: 0xb17f }, { ax: 0x817f, cf: true }],
]

/** Where SeaBIOS differs: docs/quirks.md. */
const onOurs: readonly Row[] = [
  ['B102: of nobody', 0x1a, { ax: 0xb102, dx: 0xffff }, { ax: 0x8302, cf: true }],
  ['B109: not aligned', 0x1a, { ax: 0xb109, bx: 0, di: 1 }, { ax: 0x8709, cf: true }],
  ['B108: no such register', 0x1a, { ax: 0xb108, bx: 0, di: 0x100 }, { ax: 0x8708, cf: true }],
]

describe.each(eachEngine)('PCI BIOS on $name', (engine) => {
  let guest: BiosCaller
  beforeAll(async () => {
    guest = await openBiosCaller(engine)
  }, 60_000)
  afterAll(() => guest.machine.close())

  test.each([...rows, ...(engine.name === 'embedded' ? onOurs : [])])('%s', async (...row) => {
    await expectRow(guest, row)
  })

  test('B101: version 2.1 with mechanism 1, and an entry in the BIOS for protected mode', async () => {
    const { eax, ebx, ecx, edx, edi, flags } = await guest.call(0x1a, { ax: 0xb101 })
    expect([eax & 0xffff, ebx & 0xffff, ecx & 0xff, edx, flags & 1]).toEqual([1, 0x0210, 0, pci, 0])
    expect(edi >>> 16).toBe(0xf)
  })

  test('B10E: where the pins of a slot lead', async () => {
    const parameters = (bytes: number) => Uint8Array.of(bytes & 0xff, bytes >> 8, 0, 0x92, 0, 0)
    await guest.machine.write('physical', 0x9100n, parameters(8))
    const small = await guest.call(0x1a, { ax: 0xb10e, di: 0x9100 })
    expect([(small.eax >> 8) & 0xff, small.flags & 1]).toEqual([0x89, 1])
    const needed = (await guest.read(0, 0x9100, 2)).readUInt16LE(0)
    await guest.machine.write('physical', 0x9100n, parameters(needed))
    const { eax, flags } = await guest.call(0x1a, { ax: 0xb10e, di: 0x9100 })
    expect([(eax >> 8) & 0xff, flags & 1]).toEqual([0, 0])
    const first = await guest.read(0, 0x9200, 14)
    expect(first.toString('hex')).toBe('000860f8de61f8de62f8de63f8de')
  })

  test('from protected mode, by the BIOS32 directory', async () => {
    const { machine, run } = await engine.openKernel('pci-bios32')
    expect(await run()).toMatchObject({ ending: { kind: 'exit', value: 0x10 } })
    await machine.close()
  })
})
