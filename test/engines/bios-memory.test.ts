import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Medium } from '../../src/boot/plan.ts'
import { type BiosCaller, openBiosCaller } from './bios-caller.ts'
import { eachEngine, embedded } from './each-engine.ts'
import { callProgram } from './guest-program.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-bios-memory-'))
afterAll(() => rmSync(folder, { recursive: true }))

function sparse(id: string, kind: Medium['kind'], bytes: number): Medium {
  const path = join(folder, `${id}.img`)
  writeFileSync(path, '')
  truncateSync(path, bytes)
  return { id, kind, path }
}

const media = [sparse('large', 'disk', 2_000_000 * 512), sparse('floppy', 'floppy', 1_474_560)]

/**
 * The small disk that is booted, and the large one: cylinders, heads and sectors as INT 13h has them, and as
 * the large drive itself does.
 */
const [small, large, physical] = ['0200 10 3f', 'e003 20 3f', 'c007 10 3f'].map((text) => text.split(' '))

/** Ralf Brown's CMOS.LST; Bochs' CMOS map for boot order and translation. `quirk`: only ours. */
const cmosRows: readonly (readonly [what: string, at: number, bytes: string, quirk?: 'quirk'])[] = [
  ['shutdown', 0x0f, '00'],
  ['floppy types', 0x10, '40'],
  ['both disks are of other types', 0x12, 'ff'],
  ['equipment', 0x14, '07', 'quirk'],
  ['640 KiB', 0x15, '8002'],
  ['types of the user', 0x19, '2f2f'],
  ['the small disk', 0x1b, `${small?.[0]}${small?.[1]}ffffc8${small?.[0]}${small?.[2]}`],
  ['the large one', 0x24, `${physical?.[0]}${physical?.[1]}ffffc8${physical?.[0]}${physical?.[2]}`],
  ['century', 0x32, '20'],
  ['boot order: the disk and nothing else', 0x38, '00', 'quirk'],
  ['LBA assist for the large one', 0x39, '04'],
  ['boot order', 0x3d, '02', 'quirk'],
  ['nothing above 4 GiB', 0x5b, '000000'],
  ['one processor', 0x5f, '00'],
]

const readCmos = `mov bl, 0
next: mov al, bl; out 0x70, al; in al, 0x71; mov [es:di], al; inc di; inc bl; cmp bl, 0x80; jb next; iret`

/** Writes registers to ES:DI: of an index port in DX, so many as CL. */
const readIndexed = `mov bl, 0
next: mov al, bl; out dx, al; inc dx; in al, dx; dec dx; mov [es:di], al; inc di; inc bl; cmp bl, cl; jb next; iret`

const buffer = 0x9400

describe.each(eachEngine)('on $name', (engine) => {
  let guest: BiosCaller
  beforeAll(async () => {
    guest = await openBiosCaller(engine, media)
  }, 60_000)
  afterAll(() => guest.machine.close())

  const pointerAt = async (segment: number, offset: number) => {
    const bytes = await guest.read(segment, offset, 4)
    return [bytes.readUInt16LE(2), bytes.readUInt16LE(0)] as const
  }

  test('CMOS RAM tells of memory, drives and boot order', async () => {
    await callProgram(guest, readCmos, { di: buffer })
    const bytes = await guest.read(0, buffer, 0x80)
    const told = (at: number, count: number) => bytes.subarray(at, at + count).toString('hex')
    const rows = cmosRows.filter(([, , , quirk]) => engine === embedded || !quirk)
    expect(rows.map(([what, at, expected]) => [what, told(at, expected.length / 2)])).toEqual(
      rows.map(([what, , expected]) => [what, expected]),
    )
    if (engine !== embedded) return
    const sum = bytes.subarray(0x10, 0x2e).reduce((sum, byte) => sum + byte, 0)
    expect(bytes.readUInt16BE(0x2e)).toBe(sum)
  })

  test('INT 41h and INT 46h point to tables of the disks', async () => {
    const tables: string[] = []
    for (const vector of [0x41, 0x46]) {
      const [segment, offset] = await pointerAt(0, 4 * vector)
      const table = await guest.read(segment, offset, 16)
      tables.push(table.toString('hex'))
      if (vector === 0x46) expect(table.reduce((sum, byte) => sum + byte, 0) & 0xff).toBe(0)
    }
    const [first, second = ''] = tables
    expect(first).toBe(`${small?.[0]}${small?.[1]}0000ffff00c8000000${small?.[0]}${small?.[2]}00`)
    expect(second.slice(0, 30)).toBe(
      `${large?.[0]}${large?.[1]}a03fffff00c8${physical?.[0]}${physical?.[1]}${physical?.[0]}${large?.[2]}`,
    )
  })

  test.each([
    [0x04, 0x04],
    [0x0d, 0x0d],
    [0x10, 0x12],
    [0x01, 0x17],
    [0x03, 0x18],
    [0x12, 0x1b],
    [0x13, 0x1c],
  ])('mode %i has the registers of its entry %i in the video parameters', async (mode, entry) => {
    const [segment, offset] = await pointerAt(...(await pointerAt(0x40, 0xa8)))
    const parameters = await guest.read(segment, offset + 64 * entry, 64)
    await guest.call(0x10, { ax: mode })
    const registers: Buffer[] = []
    for (const [port, count] of [
      [0x3c4, 5],
      [0x3d4, 25],
      [0x3ce, 9],
    ]) {
      await callProgram(guest, readIndexed, { di: buffer, dx: port ?? 0, cx: count ?? 0 })
      registers.push(await guest.read(0, buffer, count ?? 0))
    }
    const [sequencer, crtc, graphics] = registers.map((bytes) => bytes.toString('hex'))
    expect([parameters[9], parameters.subarray(5, 9).toString('hex')]).toEqual([
      await guest.input(0x3cc),
      sequencer?.slice(2),
    ])
    expect(parameters.subarray(10, 35).toString('hex')).toBe(crtc)
    expect(parameters.subarray(55).toString('hex')).toBe(graphics)
    expect(parameters[0]).toBe((await guest.read(0x40, 0x4a, 1))[0])
  })

  test('INT 10h 1Bh tells the state of mode 3', async () => {
    await guest.call(0x10, { ax: 3 })
    const { eax } = await guest.call(0x10, { ax: 0x1b00, di: buffer })
    expect(eax & 0xff).toBe(0x1b)
    const state = await guest.read(0, buffer, 64)
    // As 40:49h has it; then last row, height, displays, colors, pages, lines, blocks of fonts.
    const kept = await guest.read(0x40, 0x49, 30)
    expect(state.toString('hex', 4, 0x22)).toBe(kept.toString('hex'))
    expect(state.toString('hex', 0x22, 0x2d)).toBe('1810000800100008020000')
    // 256 KiB.
    expect(state[0x31]).toBe(3)
  })
})
