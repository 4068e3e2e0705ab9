import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { memoryMap } from '../../src/machine/firmware/tables/memory-map.ts'
import { type BiosCaller, openBiosCaller } from './bios-caller.ts'
import { expectRow, type Row } from './bios-rows.ts'
import { eachEngine, embedded } from './each-engine.ts'

const smap = 0x534d_4150
const e820 = { eax: 0xe820, ebx: 0, ecx: 20, edx: smap, di: 0x9000 }

const onAll: readonly Row[] = [
  ['2400: A20 off', 0x15, { ax: 0x2400 }, { ax: 0, cf: false }],
  ['2402: it is off', 0x15, { ax: 0x2402 }, { ax: 0, cf: false }],
  ['2401: A20 on', 0x15, { ax: 0x2401 }, { ax: 1, cf: false }],
  ['2402: it is on', 0x15, { ax: 0x2402 }, { ax: 1, cf: false }],
  ['2403: ways to do it', 0x15, { ax: 0x2403 }, { ax: 3, bx: 3, cf: false }],
  ['2404: unknown', 0x15, { ax: 0x2404 }, { ax: 0x8604, cf: true }],
  ['52: eject', 0x15, { ax: 0x5200 }, { ax: 0, cf: false }],
  ['5301: connect', 0x15, { ax: 0x5301 }, { cf: false }],
  ['5304: disconnect', 0x15, { ax: 0x5304 }, { cf: false }],
  ['5305: idle', 0x15, { ax: 0x5305 }, { cf: false }],
  ['5306: busy', 0x15, { ax: 0x5306 }, { cf: false }],
  ['5307: off, but of no device', 0x15, { ax: 0x5307, bx: 0, cx: 3 }, { cf: false }],
  ['5308: enable', 0x15, { ax: 0x5308, bx: 1, cx: 1 }, { cf: false }],
  ['530A: no battery', 0x15, { ax: 0x530a, bx: 1 }, { bx: 0x01ff, cx: 0x80ff, dx: 0xffff, cf: false }],
  ['530B: no event', 0x15, { ax: 0x530b }, { ax: 0x800b, cf: true }],
  ['530E: driver of 1.2', 0x15, { ax: 0x530e, cx: 0x0102 }, { ax: 0x0102, cf: false }],
  ['530F: engage', 0x15, { ax: 0x530f, bx: 1, cx: 1 }, { cf: false }],
  ['88: cut at 64 MiB', 0x15, { ax: 0x8800 }, { ax: 0xfc00, cf: false }],
  ['C1: the extended data area', 0x15, { ax: 0xc100 }, { es: 0x9fc0, cf: false }],
  ['C207: no handler', 0x15, { ax: 0xc207 }, { ax: 0x0007, cf: false }],
  ['C200: mouse off', 0x15, { ax: 0xc200 }, { ax: 0, cf: false }],
  ['C205: packets of 3 bytes', 0x15, { ax: 0xc205, bx: 0x0300 }, { ax: 5, bx: 0x00aa, cf: false }],
  ['C200: on, without a handler', 0x15, { ax: 0xc200, bx: 0x0100 }, { ax: 0x0500, cf: true }],
  ['C207: a handler', 0x15, { ax: 0xc207, es: 0x3000 }, { ax: 0x0007, cf: false }],
  ['C200: on', 0x15, { ax: 0xc200, bx: 0x0100 }, { ax: 0, cf: false }],
  ['C202: 200 reports a second', 0x15, { ax: 0xc202, bx: 0x0600 }, { ax: 2, cf: false }],
  ['C202: no such rate', 0x15, { ax: 0xc202, bx: 0x0700 }, { ax: 0x0202, cf: true }],
  ['C203: resolution', 0x15, { ax: 0xc203, bx: 0x0100 }, { ax: 3, cf: false }],
  ['C203: no such resolution', 0x15, { ax: 0xc203, bx: 0x0400 }, { ax: 0x0203, cf: true }],
  ['C204: type', 0x15, { ax: 0xc204, bx: 0x0100 }, { ax: 4, bx: 0, cf: false }],
  ['C206: scaling 2:1', 0x15, { ax: 0xc206, bx: 0x0200 }, { ax: 6, cf: false }],
  ['C206: status', 0x15, { ax: 0xc206 }, { ax: 6, bx: 0x30, cx: 1, dx: 200, cf: false }],
  ['C201: reset', 0x15, { ax: 0xc201 }, { ax: 1, bx: 0x00aa, cf: false }],
  ['C206: status after it', 0x15, { ax: 0xc206 }, { ax: 6, cx: 2, dx: 100, cf: false }],
  ['C208: unknown', 0x15, { ax: 0xc208 }, { ax: 0x0108, cf: true }],
  ['D8: unknown', 0x15, { ax: 0xd800 }, { ax: 0x8600, cf: true }],
  ['E820: the first entry', 0x15, e820, { eax: smap, ebx: 1, ecx: 20, cf: false }],
  ['E820: again', 0x15, e820, { eax: smap, ebx: 1, ecx: 20, cf: false }],
  ['E820: too small', 0x15, { ...e820, ecx: 19 }, { eax: 0x8620, cf: true }],
  ['E820: without SMAP', 0x15, { ...e820, edx: 0 }, { eax: 0x8620, cf: true }],
  ['E820: behind the last', 0x15, { ...e820, ebx: 99 }, { eax: 0x8620, cf: true }],
]

/** Where QEMU's firmware differs: docs/quirks.md has why. */
const onOurs: readonly Row[] = [
  ['5300: APM 1.2', 0x15, { ax: 0x5300 }, { ax: 0x0102, bx: 0x504d, cx: 3, cf: false }],
  ['5300: of a device', 0x15, { ax: 0x5300, bx: 1 }, { ax: 0x0900, cf: true }],
  ['5302: of a device', 0x15, { ax: 0x5302, bx: 1 }, { ax: 0x0902, cf: true }],
  ['5303: of a device', 0x15, { ax: 0x5303, bx: 1 }, { ax: 0x0903, cf: true }],
  ['5307: no such state', 0x15, { ax: 0x5307, bx: 1, cx: 9 }, { ax: 0x0a07, cf: true }],
  ['530E: driver of 1.1', 0x15, { ax: 0x530e, cx: 0x0101 }, { ax: 0x0101, cf: false }],
  ['5380: unknown', 0x15, { ax: 0x5380 }, { ax: 0x0c80, cf: true }],
  ['80: a device is opened', 0x15, { ax: 0x8055 }, { ax: 0x0055, cf: false }],
  ['81: closed', 0x15, { ax: 0x8155 }, { ax: 0x0055, cf: false }],
  ['82: a program ends', 0x15, { ax: 0x8255 }, { ax: 0x0055, cf: false }],
  ['85: SysRq', 0x15, { ax: 0x8555 }, { ax: 0x0055, cf: false }],
  ['90: a device is busy', 0x15, { ax: 0x9055 }, { ax: 0x0055, cf: false }],
  ['91: and no longer', 0x15, { ax: 0x9155 }, { ax: 0x0055, cf: false }],
  ['87: more than a segment', 0x15, { ax: 0x8700, cx: 0x8001 }, { ax: 0x0200, cf: true }],
  ['C205: packets of 4 bytes', 0x15, { ax: 0xc205, bx: 0x0400 }, { ax: 5, bx: 0x00aa, cf: false }],
  ['C205: packets of nothing', 0x15, { ax: 0xc205 }, { ax: 0x0205, cf: true }],
  ['E801: sizes', 0x15, { ax: 0xe801 }, { ax: 0x3c00, bx: 0x6ff, cx: 0x3c00, dx: 0x6ff, cf: false }],
  ['E820: 24 bytes', 0x15, { ...e820, ecx: 64 }, { eax: smap, ebx: 1, ecx: 24, cf: false }],
  ['EC00: long mode', 0x15, { ax: 0xec00, bx: 2 }, { ax: 0, cf: false }],
  ['EC00: no such mode', 0x15, { ax: 0xec00 }, { ax: 0x8600, cf: true }],
]

/** Counts its calls at 0:9200 and keeps status, X and Y behind it. */
const mouseHandler = [
  ...[0x55, 0x89, 0xe5, 0x50],
  ...[0x8b, 0x46, 0x0c, 0x2e, 0xa3, 0x02, 0x92],
  ...[0x8b, 0x46, 0x0a, 0x2e, 0xa3, 0x04, 0x92],
  ...[0x8b, 0x46, 0x08, 0x2e, 0xa3, 0x06, 0x92],
  ...[0x2e, 0xfe, 0x06, 0x00, 0x92],
  ...[0x58, 0x5d, 0xcb],
]

function write(guest: BiosCaller, at: number, bytes: readonly number[]): Promise<void> {
  return guest.machine.write('physical', BigInt(at), Uint8Array.from(bytes))
}

/** A data segment of 64 KiB. */
const segmentAt = (base: number) => [
  ...[0xff, 0xff, base & 0xff, (base >> 8) & 0xff, (base >> 16) & 0xff, 0x93],
  ...[0, (base >>> 24) & 0xff],
]

async function move(guest: BiosCaller, from: number, to: number, words: number): Promise<void> {
  await write(guest, 0x9010, [...segmentAt(from), ...segmentAt(to)])
  const { eax, flags } = await guest.call(0x15, { ax: 0x8700, cx: words, si: 0x9000 })
  expect([(eax >> 8) & 0xff, flags & 1]).toEqual([0, 0])
}

interface MapEntry {
  readonly start: number
  readonly end: number
  readonly type: number
}

async function mapOf(guest: BiosCaller): Promise<readonly MapEntry[]> {
  const map: MapEntry[] = []
  for (let ebx = 0; ebx !== 0 || map.length === 0; ) {
    const answer = await guest.call(0x15, { ...e820, ebx })
    const bytes = await guest.read(0, e820.di, 20)
    const start = Number(bytes.readBigUInt64LE(0))
    map.push({ start, end: start + Number(bytes.readBigUInt64LE(8)), type: bytes.readUInt32LE(16) })
    ebx = answer.ebx
  }
  return map
}

describe.each(eachEngine)('INT 15h on $name', (engine) => {
  let guest: BiosCaller
  beforeAll(async () => {
    guest = await openBiosCaller(engine)
    await write(guest, 0x9000, new Array(0x30).fill(0))
  }, 60_000)
  afterAll(() => guest.machine.close())

  test.each([...onAll, ...(engine.name === 'embedded' ? onOurs : [])])('%s', async (...row) => {
    await expectRow(guest, row)
  })

  test('the gate decides whether addresses wrap at 1 MiB', async () => {
    const low = await guest.read(0, 0x7c00, 16)
    const above = () => guest.read(0xffff, 0x7c10, 16)
    await guest.call(0x15, { ax: 0x2400 })
    expect((await above()).equals(low)).toBe(true)
    await guest.call(0x15, { ax: 0x2401 })
    expect((await above()).equals(low)).toBe(false)
  })

  test('a disk is read through the gate as well', async () => {
    const read = { ax: 0x0201, bx: 0xa010, cx: 1, dx: 0x80, es: 0xffff }
    const boot = (await guest.read(0, 0x7c00, 16)).toString('hex')
    const wrapped = async () => (await guest.read(0, 0xa000, 16)).toString('hex') === boot
    await guest.call(0x15, { ax: 0x2400 })
    await guest.call(0x13, read)
    expect(await wrapped()).toBe(true)
    await write(guest, 0xa000, new Array(16).fill(0))
    await guest.call(0x15, { ax: 0x2401 })
    await guest.call(0x13, read)
    // SeaBIOS makes a paragraph of the address: docs/quirks.md.
    expect(await wrapped()).toBe(engine.name !== 'embedded')
  })

  test('moves blocks above 1 MiB, with the gate off too', async () => {
    const bytes = [1, 2, 3, 4, 5, 6, 7, 8]
    await write(guest, 0x9300, bytes)
    await guest.call(0x15, { ax: 0x2400 })
    await move(guest, 0x9300, 0x31_0000, 4)
    expect((await guest.call(0x15, { ax: 0x2402 })).eax & 0xff).toBe(0)
    await guest.call(0x15, { ax: 0x2401 })
    await move(guest, 0x31_0000, 0x9400, 3)
    expect([...(await guest.read(0, 0x9400, 8))]).toEqual([...bytes.slice(0, 6), 0, 0])
  })

  test('C0: an AT with two 8259A, a clock, and keys that can be intercepted', async () => {
    const { ebx, es } = await guest.call(0x15, { ax: 0xc000 })
    expect((await guest.read(es, ebx & 0xffff, 10)).toString('hex')).toBe('0800fc00017440000000')
  })

  test('E820: ranges in order, with an extended data area and the BIOS', async () => {
    const map = await mapOf(guest)
    const ends = map.flatMap(({ start, end }) => [start, end])
    expect(ends).toEqual(ends.toSorted((one, other) => one - other))
    expect(map.slice(0, 3)).toEqual([
      { start: 0, end: 0x9fc00, type: 1 },
      { start: 0x9fc00, end: 0xa0000, type: 2 },
      { start: 0xf0000, end: 0x100000, type: 2 },
    ])
    if (engine.name === 'embedded') expect(map).toEqual(memoryMap(128 * 2 ** 20))
  })

  test('a packet of the mouse goes to its handler', async () => {
    await write(guest, 0x9100, mouseHandler)
    await write(guest, 0x9200, new Array(8).fill(0))
    await guest.call(0x15, { ax: 0xc205, bx: 0x0300 })
    await guest.call(0x15, { ax: 0xc207, bx: 0x9100 })
    await guest.call(0x15, { ax: 0xc200, bx: 0x0100 })
    for (const byte of [0x09, 5, 7]) {
      // As if the mouse had said it.
      await guest.output(0x64, 0xd3)
      await guest.output(0x60, byte)
    }
    expect((await guest.read(0, 0x9200, 8)).toString('hex')).toBe('0100090005000700')
    await guest.call(0x15, { ax: 0xc200 })
  })

  test('5307: the power goes off', async () => {
    await guest.begin(0x15, { ax: 0x5307, bx: 1, cx: 3 })
    expect(await guest.run()).toMatchObject({ why: 'end', ending: { kind: 'shutdown' } })
  })
})

test('2401 opens a gate that 8042 and port 92h have closed', async () => {
  const guest = await openBiosCaller(embedded)
  onTestFinished(async () => {
    await guest.machine.close()
  })
  await guest.output(0x64, 0xdd)
  expect((await guest.call(0x15, { ax: 0x2402 })).eax & 0xff).toBe(1)
  await guest.output(0x92, 0)
  expect((await guest.call(0x15, { ax: 0x2402 })).eax & 0xff).toBe(0)
  await guest.call(0x15, { ax: 0x2401 })
  expect((await guest.call(0x15, { ax: 0x2402 })).eax & 0xff).toBe(1)
})
