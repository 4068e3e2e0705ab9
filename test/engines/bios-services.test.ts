import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BiosCaller, openBiosCaller } from './bios-caller.ts'
import { expectRow, type Row } from './bios-rows.ts'
import { eachEngine, embedded } from './each-engine.ts'

const disk = 0x80
const buffer = 0x9000
const rows: readonly Row[] = [
  ['12: memory', 0x12, {}, { ax: 0x027f }],
  ['13/00: reset', 0x13, { dx: disk }, { ax: 0, cf: false }],
  ['13/00: no such drive', 0x13, { dx: 0x8f }, { ax: 0x0100, cf: true }],
  ['13/01: its status', 0x13, { ax: 0x0100, dx: disk }, { ax: 0x0100, cf: true }],
  ['13/02: read', 0x13, { ax: 0x0201, bx: buffer, cx: 1, dx: disk }, { ax: 1, cf: false }],
  ['13/02: sector 0', 0x13, { ax: 0x0201, bx: buffer, dx: disk }, { ax: 0x0101, cf: true }],
  ['13/02: cylinder 1023', 0x13, { ax: 0x0201, bx: buffer, cx: 0xffff, dx: disk }, { ax: 0x0101, cf: true }],
  ['13/02: 255 sectors', 0x13, { ax: 0x02ff, bx: buffer, cx: 1, dx: disk }, { ax: 0x01ff, cf: true }],
  ['13/04: verify', 0x13, { ax: 0x0401, bx: buffer, cx: 1, dx: disk }, { ax: 1, cf: false }],
  ['13/08: parameters', 0x13, { ax: 0x0800, dx: disk }, { ax: 0, cx: 0x003f, dx: 0x0f01, cf: false }],
  ['13/0C: seek', 0x13, { ax: 0x0c00, cx: 1, dx: disk }, { ax: 0, cf: false }],
  ['13/10: ready', 0x13, { ax: 0x1000, dx: disk }, { ax: 0, cf: false }],
  ['13/15: type', 0x13, { ax: 0x1500, dx: disk }, { ax: 0x0300, cx: 0, dx: 0x03f0, cf: false }],
  [
    '13/41: extensions',
    0x13,
    { ax: 0x4100, bx: 0x55aa, dx: disk },
    { ax: 0x3000, bx: 0xaa55, cx: 7, cf: false },
  ],
  ['13/41: on no drive', 0x13, { ax: 0x4100, bx: 0x55aa, dx: 0x85 }, { ax: 0x0100, cf: true }],
  ['13/7F: unknown', 0x13, { ax: 0x7f00, dx: disk }, { ax: 0x0100, cf: true }],
  ['14/00: COM2, 9600 baud', 0x14, { ax: 0x00e3, dx: 1 }, { ax: 0x60b0, cf: false }],
  ['14/02: nothing comes', 0x14, { ax: 0x0200, dx: 1 }, { ax: 0xe000, cf: false }],
  ['14/01: send', 0x14, { ax: 0x0141, dx: 1 }, { ax: 0x6041, cf: false }],
  ['14/01: no such port', 0x14, { ax: 0x0141, dx: 5 }, { cf: true }],
  ['14/03: no such port', 0x14, { ax: 0x0300, dx: 7 }, { cf: true }],
  ['15/4F: key intercept', 0x15, { ax: 0x4f11 }, { cf: true }],
  ['15/86: wait', 0x15, { ax: 0x8600, dx: 1000 }, { cf: false }],
  ['15/FF: unknown', 0x15, { ax: 0xff00 }, { ax: 0x8600, cf: true }],
  ['16/01: no key', 0x16, { ax: 0x0100 }, { zf: true }],
  ['16/02: flags', 0x16, { ax: 0x0200 }, {}],
  ['16/05: store', 0x16, { ax: 0x0500, cx: 0x1e61 }, { ax: 0x0500 }],
  ['16/01: the key', 0x16, { ax: 0x0100 }, { ax: 0x1e61, zf: false }],
  ['16/00: takes it', 0x16, {}, { ax: 0x1e61 }],
  ['16/11: no key', 0x16, { ax: 0x1100 }, { zf: true }],
  ['16/0A: keyboard', 0x16, { ax: 0x0a00 }, { bx: 0x41ab }],
  ['16/12: flags', 0x16, { ax: 0x1200 }, { ax: 0 }],
  ['16/04: no click', 0x16, { ax: 0x0401 }, {}],
  ['16/55: unknown', 0x16, { ax: 0x5500 }, {}],
  ['16/92: functions 10h to 12h are there', 0x16, { ax: 0x9255 }, { ax: 0x8055 }],
  ['16/A2: functions 20h to 22h are not', 0x16, { ax: 0xa255 }, {}],
  ['17/00: no printer', 0x17, { ax: 0x0041 }, { cf: true }],
  ['17/01: none', 0x17, { ax: 0x0100 }, { cf: true }],
  ['17/02: none', 0x17, { ax: 0x0200, dx: 2 }, { cf: true }],
  ['1A/01: set ticks', 0x1a, { ax: 0x0100, cx: 1, dx: 2 }, { ax: 0, cf: false }],
  ['1A/03: set time', 0x1a, { ax: 0x0300, cx: 0x1234, dx: 0x5600 }, { ax: 0x0002, cf: false }],
  ['1A/05: set date', 0x1a, { ax: 0x0500, cx: 0x1999, dx: 0x1231 }, { ax: 0x0002, cf: false }],
  ['1A/04: date', 0x1a, { ax: 0x0400 }, { ax: 0x0019, cx: 0x1999, dx: 0x1231, cf: false }],
  ['1A/06: alarm', 0x1a, { ax: 0x0600, cx: 0x2359, dx: 0x5900 }, { ax: 0, cf: false }],
  ['1A/06: a second one', 0x1a, { ax: 0x0600, cx: 0x2359, dx: 0x5900 }, { ax: 0, cf: true }],
  ['1A/07: no alarm', 0x1a, { ax: 0x0700 }, { ax: 0x0022, cf: false }],
  ['1A/80: unknown', 0x1a, { ax: 0x8000 }, { cf: true }],
  ['05: nothing is printed', 0x05, {}, {}],
  ['40: floppies', 0x40, {}, { ax: 0x0100, cf: true }],
]

/** Where SeaBIOS differs: docs/quirks.md has why. */
const onOurs: readonly Row[] = [
  ['16/03: the rate at power-on', 0x16, { ax: 0x0306 }, { bx: 0x010b }],
  ['16/03: another one', 0x16, { ax: 0x0305, bx: 0x0200 }, {}],
  ['16/03: no such delay', 0x16, { ax: 0x0305, bx: 0x0400 }, {}],
  ['16/03: no such rate', 0x16, { ax: 0x0305, bx: 0x0020 }, {}],
  ['16/03: is told', 0x16, { ax: 0x0306 }, { bx: 0x0200 }],
  ['16/03: the usual one', 0x16, { ax: 0x0300 }, {}],
  ['16/03: is told again', 0x16, { ax: 0x0306 }, { bx: 0x010b }],
  ['16/09: functions', 0x16, { ax: 0x0900 }, { ax: 0x093d }],
  ['1A/BB00: there is no TPM', 0x1a, { ax: 0xbb00 }, { cf: true }],
]

describe.each(eachEngine)('BIOS services on $name', (engine) => {
  let guest: BiosCaller
  beforeAll(async () => {
    guest = await openBiosCaller(engine)
  }, 60_000)
  afterAll(() => guest.machine.close())

  test.each([...rows, ...(engine === embedded ? onOurs : [])])('%s', async (...row) => {
    await expectRow(guest, row)
  })

  test('a read brings the sector, a packet too', async () => {
    await guest.call(0x13, { ax: 0x0201, bx: buffer, cx: 1, dx: disk })
    const sector = await guest.read(0, buffer, 512)
    expect(sector.readUInt16LE(510)).toBe(0xaa55)
    const packet = Uint8Array.of(16, 0, 1, 0, 0, 0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    for (const [offset, byte] of packet.entries()) await guest.poke(0, 0x8000 + offset, byte)
    const answer = await guest.call(0x13, { ax: 0x4200, si: 0x8000, dx: disk })
    expect([answer.eax & 0xffff, answer.flags & 1]).toEqual([0, 0])
    expect((await guest.read(0, 0xa000, 512)).equals(sector)).toBe(true)
    // Beyond the end.
    await guest.poke(0, 0x8000 + 12, 1)
    const beyond = await guest.call(0x13, { ax: 0x4200, si: 0x8000, dx: disk })
    expect(beyond.flags & 1).toBe(1)
  })

  test('14/02 takes what 14/01 has sent round the loop', async () => {
    await guest.output(0x2fc, 0x13)
    await guest.call(0x14, { ax: 0x0152, dx: 1 })
    const { eax, flags } = await guest.call(0x14, { ax: 0x0200, dx: 1 })
    await guest.output(0x2fc, 0x03)
    expect([eax & 0x9eff, flags & 1]).toEqual([0x52, 0])
  })

  test('11 tells the word of equipment, with a mouse, a coprocessor and no floppy drive', async () => {
    const { eax } = await guest.call(0x11, {})
    expect(eax & 0xffff).toBe((await guest.read(0x40, 0x10, 2)).readUInt16LE())
    expect(eax & 0x3f).toBe(0x26)
  })

  test('1A/02 and 1A/04 tell what was set', async () => {
    await guest.call(0x1a, { ax: 0x0300, cx: 0x2345, dx: 0x1200 })
    const time = await guest.call(0x1a, { ax: 0x0200 })
    expect([time.ecx & 0xffff, time.edx & 0xff, time.flags & 1]).toEqual([0x2345, 0, 0])
    if (engine === embedded) expect((time.edx >> 8) & 0xff).toBe(0x12)
    await guest.call(0x1a, { ax: 0x0300, cx: 0x1234, dx: 0x5601 })
    expect((await guest.call(0x1a, { ax: 0x0200 })).edx & 0xff).toBe(1)
    await guest.call(0x1a, { ax: 0x0300, cx: 0x1234, dx: 0x5600 })
  })

  test('a wait takes the time that it should', async () => {
    const ticks = async () => (await guest.call(0x1a, { ax: 0 })).edx & 0xffff
    const before = await ticks()
    // Half a second, at 18.2 ticks a second.
    await guest.call(0x15, { ax: 0x8600, cx: 7, dx: 0xa120 })
    const passed = (await ticks()) - before
    expect(passed).toBeGreaterThanOrEqual(9)
    expect(passed).toBeLessThan(engine.isExact ? 11 : 40)
  })

  test('an event is told when its time has come', async () => {
    await guest.poke(0, buffer, 0x11)
    await guest.call(0x15, { ax: 0x8300, bx: buffer, dx: 20_000 })
    const ticks = async () => (await guest.call(0x1a, { ax: 0 })).edx & 0xffff
    for (const end = (await ticks()) + 4; (await ticks()) < end; );
    expect([...(await guest.read(0, buffer, 1))]).toEqual([0x91])
    expect(((await guest.read(0x40, 0xa0, 1))[0] ?? 0) & 1).toBe(0)
  })
})
