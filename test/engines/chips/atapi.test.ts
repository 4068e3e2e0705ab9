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
  pause,
  tell,
  tellWord,
  until,
  vectors,
  wait,
} from './chip-script.ts'

/** Interrupt reason: bit 0 for a command, bit 1 to the host. Byte count: of this block. */
const [data, error, reason, low, countLow, countHigh, device, command] = [
  0x170, 0x171, 0x172, 0x173, 0x174, 0x175, 0x176, 0x177,
]
const control = 0x376
const sectors = 64
const packetBytes = 12

const idle = until(control, 0x80, 0)
const asked = until(control, 0x88, 0x08)
const signature = [reason, low, countLow, countHigh].flatMap((register) => tell(register))
const tellReason = tell(reason, 3)
const tellCount = [...tell(countHigh), ...tell(countLow)]
const tellWords = (count: number) => Array.from({ length: count }, () => tellWord(data)).flat()
const bytes = (count: number) => discardWords(data, count / 2)

/** Up to where the drive waits for the packet. */
const announce = (limit: number) => [
  ...[out(error, 0), out(countLow, limit & 0xff), out(countHigh, limit >> 8), out(command, 0xa0)].flat(),
  ...asked,
]
function packet(given: readonly number[], limit = 0x800): readonly number[] {
  const word = (at: number) => (given[at] ?? 0) | ((given[at + 1] ?? 0) << 8)
  const words = Array.from({ length: packetBytes / 2 }, (_, at) => outWord(data, word(2 * at)))
  return [...announce(limit), ...words.flat()]
}
/** Error or not, and why: the sense key is in the error register too. */
const ended = [...idle, ...tell(command, 0x89), ...tellReason]
const refused = (given: readonly number[]) => [...packet(given), ...ended, ...tell(error, 0xf0)]
const testUnitReady = [0x00]
const read10 = (first: number, count: number) => [0x28, 0, 0, 0, first >> 8, first & 0xff, 0, 0, count]
/** Sense key, additional code with its qualifier. */
const senses = [
  ...[packet([0x03, 0, 0, 0, 18]), asked, tellWord(data, 0x7f), tellWord(data, 0x0f)].flat(),
  ...[discardWords(data, 4), tellWord(data), discardWords(data, 2), idle].flat(),
]
/** Whatever the drive has had to say since it was switched on. */
const heard = [...[packet(testUnitReady), idle, packet([0x03, 0, 0, 0, 18]), asked, bytes(18), idle].flat()]
const requestLines = [
  ...[out(0x20, 0x11), out(0x21, 0x20, 4, 1, 0xfb), out(0xa0, 0x11), out(0xa1, 0x28, 2, 1, 0x7f)].flat(),
  ...handlerEnds(true),
]

/** ATA/ATAPI-6, sections 8.8 (DEVICE RESET), 8.15, 8.16, 8.23 (PACKET), 9.8 and 9.12. */
const registers: readonly ChipRow[] = [
  [
    'a soft reset leaves the signature of a packet device, not ready',
    '01 01 14 eb 00',
    ...[out(device, 0xa0), out(control, 6), wait(10), out(control, 2), wait(3000), idle, signature],
    tell(command, 0xc9),
  ],
  [
    'so does DEVICE RESET',
    '01 01 14 eb 00',
    ...[out(countLow, 0), out(command, 0x08), idle, signature, tell(command, 0xc9)],
  ],
  ['and what it found out', '01', 'quirk', tell(error)],
  [
    'and EXECUTE DEVICE DIAGNOSTIC',
    '01 01 01 14 eb 00',
    ...[out(countLow, 0), out(command, 0x90), idle, tell(error, 0x7f), signature, tell(command, 0xc9)],
  ],
  [
    'IDENTIFY DEVICE is aborted, with the signature',
    '01 04 14 eb',
    ...[out(countLow, 0), out(command, 0xec), idle, tell(command, 0x89), tell(error, 4)],
    ...[tell(countLow), tell(countHigh)],
  ],
  [
    'and READ SECTOR(S)',
    '01 04 14 eb',
    ...[out(countLow, 0), out(command, 0x20), idle, tell(command, 0x89), tell(error, 4)],
    ...[tell(countLow), tell(countHigh)],
  ],
  [
    'IDENTIFY PACKET DEVICE: a CD drive, removable, packets of 12 bytes, LBA',
    '8580 0200 00',
    ...[out(command, 0xa1), asked, tellWord(data, 0xdf83), discardWords(data, 48), tellWord(data, 0x0200)],
    ...[discardWords(data, 206), idle, tell(command, 0x89)],
  ],
  [
    'which knows DEVICE RESET and PACKET',
    '0210',
    'quirk',
    ...[out(command, 0xa1), asked, discardWords(data, 82), tellWord(data, 0x0210), discardWords(data, 173)],
    idle,
  ],
  ['an unknown command is aborted', '01 04', out(command, 0xff), idle, tell(command, 0x89), tell(error, 4)],
  [
    'CHECK POWER MODE: it is active',
    'ff',
    'quirk',
    ...[out(reason, 0x55), out(command, 0xe5), idle, tell(reason)],
  ],
]

/** The packets are MMC-3's, in its chapter 6. */
const packets: readonly ChipRow[] = [
  ['a packet is asked for', '01 08', heard, announce(0x800), tellReason, tell(command, 0x89)],
  [
    'TEST UNIT READY has no data',
    '00 03',
    ...[Array.from({ length: packetBytes / 2 }, () => outWord(data, 0)).flat(), ended],
  ],
  ['no sense', '0070 0000 0000', senses],
  [
    'READ CAPACITY: the last sector, bytes of a sector',
    '02 00 08 0000 3f00 0000 0008 00 03',
    ...[packet([0x25]), asked, tellReason, tellCount],
    ...[tellWords(4), ended],
  ],
  [
    'READ TOC: a data track, and the lead-out',
    '1200 0101 1400 0001 0000 0000 1400 00aa 0000 4000 00 03',
    // That digital copies are permitted may be told, or not.
    ...[packet([0x43, 0, 0, 0, 0, 0, 0, 0, 20]), asked, tellWords(6), tellWord(data, 0xfdff)],
    ...[tellWords(3), ended],
  ],
  [
    'as much of it as is asked for',
    '00 04 1200 0101 00 03',
    ...[packet([0x43, 0, 0, 0, 0, 0, 0, 0, 4]), asked, tellCount, tellWords(2), ended],
  ],
  [
    'READ (10): a sector',
    '02 08 00 0505 00 03',
    ...[packet(read10(5, 1)), asked, tellReason, tellCount, tellWord(data), bytes(2046), ended],
  ],
  [
    'in blocks of at most the byte count limit',
    '02 03 e8 0707 02 03 e8 02 00 30 0707 00 03',
    ...[packet(read10(7, 1), 1000), asked, tellReason, tellCount, tellWord(data), bytes(998)],
    ...[asked, tellReason, tellCount, bytes(1000), asked, tellReason, tellCount, tellWord(data), bytes(46)],
    ended,
  ],
  [
    'a block may have several sectors',
    '10 00 0808 0909 00 03',
    ...[packet(read10(8, 2), 0x2000), asked, tellCount, tellWord(data), bytes(2046), tellWord(data)],
    ...[bytes(2046), ended],
  ],
  [
    'a limit of FFFFh is FFFEh',
    'ff fe 08 02 00 03',
    ...[packet(read10(0, 33), 0xffff), asked, tellCount, bytes(0xfffe), asked, tellCount, bytes(0x802)],
    ended,
  ],
  ['READ (10) past the end', '01 03 50', refused(read10(sectors, 1))],
  ['is out of range', '0070 0005 0021', senses],
  ['an unknown packet', '01 03 50', refused([0x99])],
  ['is an illegal request', '0070 0005 0020', senses],
  ['which is told once', '0070 0000 0000', 'quirk', senses],
]

/** Length behind itself, class and classes that there are, event and status (MMC-3, 6.6). */
const mediaEvent = [...packet([0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8]), ...asked, ...tellWords(4), ...ended]
const lockTray = (isLocked: boolean) => [...packet([0x1e, 0, 0, 0, isLocked ? 1 : 0]), ...idle]
const [openTray, closeTray] = [
  [0x1b, 0, 0, 0, 2],
  [0x1b, 0, 0, 0, 3],
] as const
const tray: readonly ChipRow[] = [
  ['no event, and a disc', '0600 1004 0200 0000 00 03', 'quirk', mediaEvent],
  ['a tray that is locked stays in', '01 03', lockTray(true), packet(openTray), ended],
  ['medium removal prevented', '0070 0005 0253', 'quirk', senses],
  ['one that is not locked comes out', '00 03', lockTray(false), packet(openTray), ended],
  ['what lies in it is not there', '01 03 20', refused(testUnitReady)],
  ['medium not present', /^0070 0002 0.3a$/, senses],
  ['what comes in is new', '01 03 60', 'quirk', packet(closeTray), idle, refused(testUnitReady)],
  ['it may have changed', '0070 0006 0028', 'quirk', senses],
  ['which is told once', '00 03', packet(testUnitReady), ended],
  ['as a media event too', '0600 1004 0202 0000 00 03', 'quirk', mediaEvent],
  ['once', '0600 1004 0200 0000 00 03', 'quirk', mediaEvent],
]

/** A disc is put in, and taken out again. */
const changes: readonly ChipRow[] = [
  [
    'a drive without a disc is not ready',
    '01 03 20',
    out(control, 2),
    out(device, 0xa0),
    heard,
    refused(testUnitReady),
  ],
  ['a disc that comes is told', '01 03 60', 'quirk', pause, refused(testUnitReady)],
  ['it may have changed', '0070 0006 0028', 'quirk', senses, heard],
  ['and is read', '0606 00 03', packet(read10(6, 1)), asked, tellWord(data), bytes(2046), ended],
  ['until it goes', '01 03 20', pause, refused(testUnitReady)],
  ['medium not present', /^0070 0002 0.3a$/, senses],
]

const requests: readonly ChipRow[] = [
  [
    'an interrupt as request 15 for each block and the end',
    '2f 02 2f 02 2f 03',
    ...[discard(command), requestLines, out(control, 0), packet(read10(3, 1), 1024)],
    ...[interrupts(1), vectors, tellReason, discard(command), bytes(1024)],
    ...[interrupts(1), vectors, tellReason, discard(command), bytes(1024)],
    ...[interrupts(1), vectors, tellReason, discard(command)],
  ],
  ['but none for the packet', '', announce(0x800), open, vectors],
  [
    'nor while nIEN is set',
    '03',
    ...[out(control, 2), Array.from({ length: packetBytes / 2 }, () => outWord(data, 0)).flat(), idle],
    ...[open, vectors, tellReason],
  ],
]

describe.each(eachEngine)('a CD drive by the ports of ATAPI on $name', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-atapi-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = (name: string, bytesOfSector: number, count: number) => {
    const path = join(folder, name)
    writeFileSync(
      path,
      Uint8Array.from({ length: bytesOfSector * count }, (_, at) => Math.floor(at / bytesOfSector)),
    )
    return path
  }
  /** QEMU gives places in order: the third is the first of the secondary channel. */
  const drives = (disc: string | null) => {
    const disk = file('disk.img', 512, 64)
    return [
      { id: 'one', kind: 'disk', path: disk },
      { id: 'two', kind: 'disk', path: disk },
      { id: 'cd', kind: 'cdrom', path: disc },
    ] as const
  }

  test('does as its standards say', async () => {
    await expectChip(engine, [...registers, ...packets, ...tray, ...requests], {
      media: drives(file('disc.iso', 2048, sectors)),
    })
  })

  test('tells when its disc is changed', async () => {
    const disc = file('another.iso', 2048, sectors)
    await expectChip(engine, changes, { media: drives(null) }, [
      (machine) => machine.changeMedium('cd', disc),
      (machine) => machine.changeMedium('cd', null),
    ])
  })
})
