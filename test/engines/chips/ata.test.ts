import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, test } from 'vitest'
import { eachEngine } from '../each-engine.ts'
import { type ChipRow, expectChip } from './chip-rows.ts'
import {
  discard,
  discardWords,
  handlerEnds,
  interrupts,
  open,
  out,
  outWord,
  tell,
  tellWord,
  until,
  vectors,
  wait,
} from './chip-script.ts'

const [data, error, count, low, mid, high, device, command] = [
  0x1f0, 0x1f1, 0x1f2, 0x1f3, 0x1f4, 0x1f5, 0x1f6, 0x1f7,
]
const control = 0x3f6
const sectors = 2048
const words = 256

/** The status is read, so that no interrupt is left. */
const ready = [...until(command, 0x89, 0x08)]
const lba28 = (first: number, code: number, sectorCount = 1) => [
  ...[out(device, 0xe0), out(count, sectorCount), out(low, first & 0xff), out(mid, first >> 8)].flat(),
  ...[out(high, 0), out(command, code)].flat(),
]
/** Each register takes two bytes, the upper ones first. */
const lba48 = (first: number, code: number) => [
  ...[out(device, 0x40), out(count, 0, 1), out(low, 0, first & 0xff), out(mid, 0, first >> 8)].flat(),
  ...[out(high, 0, 0), out(command, code)].flat(),
]
const writeSector = (value: number) => Array.from({ length: words }, () => outWord(data, value)).flat()
const requestLines = [
  ...[out(0x20, 0x11), out(0x21, 0x20, 4, 1, 0xfb), out(0xa0, 0x11), out(0xa1, 0x28, 2, 1, 0xbf)].flat(),
  ...handlerEnds(true),
]

/** ATA/ATAPI-6: registers in section 7, commands in section 8. */
const rows: readonly ChipRow[] = [
  ['it is ready, and nothing is wrong', '40', out(control, 2), out(device, 0xe0), tell(command, 0xc9)],
  ['the alternate status is the same', '40', tell(control, 0xc9)],
  [
    'IDENTIFY DEVICE: a disk, LBA, its sectors, 48 bits',
    '0000 0200 0800 0000 0400 00',
    ...[out(command, 0xec), ready, tellWord(data, 0x8000), discardWords(data, 48), tellWord(data, 0x0200)],
    ...[discardWords(data, 10), tellWord(data), tellWord(data), discardWords(data, 21)],
    ...[tellWord(data, 0x0400), discardWords(data, 172), tell(command, 0x89)],
  ],
  [
    'READ SECTOR(S): one and the next',
    '0505 0606 00',
    ...[lba28(5, 0x20, 2), ready, tellWord(data), discardWords(data, words - 1)],
    ...[ready, tellWord(data), discardWords(data, words - 1), tell(command, 0x89)],
  ],
  [
    'WRITE SECTOR(S), and read again',
    '00 1234',
    ...[lba28(9, 0x30), ready, writeSector(0x1234), until(command, 0x88, 0), tell(command, 0x89)],
    ...[lba28(9, 0x20), ready, tellWord(data), discardWords(data, words - 1)],
  ],
  [
    'the same with 48 bits of address',
    '00 5678',
    ...[lba48(1000, 0x34), ready, writeSector(0x5678), until(command, 0x88, 0), tell(command, 0x89)],
    ...[lba48(1000, 0x24), ready, tellWord(data), discardWords(data, words - 1)],
  ],
  ['past the end: an error', '01', lba28(sectors, 0x20), until(command, 0x80, 0), tell(command, 0x09)],
  ['of an ID that is not found', '10', 'quirk', tell(error, 0x14)],
  ['an unknown command is aborted', '01 04', out(command, 0xff), tell(command, 0x09), tell(error, 0x04)],
  [
    'a soft reset leaves the signature of a disk',
    '01 01 00 00',
    ...[out(control, 6), wait(10), out(control, 2), wait(3000), until(command, 0x80, 0)],
    ...[tell(count), tell(low), tell(mid), tell(high)],
  ],
  [
    'data interrupt as request 14',
    '2e',
    ...[discard(command), requestLines, out(control, 0), lba28(1, 0x20), interrupts(1), vectors],
    ...[ready, discardWords(data, words)],
  ],
  [
    'not while nIEN is set',
    '',
    ...[out(control, 2), lba28(1, 0x20), ready, open, vectors, discardWords(data, words)],
  ],
]

describe.each(eachEngine)('a disk by the ports of ATA on $name', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-ata-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('does as its standard says', async () => {
    const path = join(folder, 'disk.img')
    writeFileSync(
      path,
      Uint8Array.from({ length: sectors * 512 }, (_, at) => at >> 9),
    )
    await expectChip(engine, rows, { media: [{ id: 'disk', kind: 'disk', path }] })
  })
})
