import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { eachEngine, embedded, type TestEngine } from './each-engine.ts'
import { checksumOf, filledWith, floppyDriver, floppyStep as step } from './floppy-script.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-floppy-'))
afterAll(() => rmSync(folder, { recursive: true }))

const perTrack = 18
const sectorBytes = 512
const cylinderBytes = 2 * perTrack * sectorBytes
const disk = Uint8Array.from({ length: 80 * cylinderBytes }, (_, at) => at * 7 + (at >> 9))
const image = join(folder, 'floppy.img')
writeFileSync(image, disk)

const sectorsAt = (cylinder: number, head: number, sector: number, count: number) => {
  const first = ((cylinder * 2 + head) * perTrack + sector - 1) * sectorBytes
  return disk.slice(first, first + count * sectorBytes)
}
/** C, H, R, N, EOT, gap, length. */
const place = (cylinder: number, head: number, sector: number, last = perTrack) => [
  ...[cylinder, head, sector, 2, last, 0x1b, 0xff],
]

type Steps = readonly number[]
/** Steps, and what they tell: a line. */
type Row = readonly [tells: string | RegExp, ...steps: readonly Steps[]]

const senseInterrupt = [...step.command(8), ...step.result]
const withResult = [...step.interrupt, ...step.result]

/** What a driver does before it does anything: the motor on, a reset, step rates. */
const startWith = (byte: number): Row => [
  'c0 00 c1 00 c2 00 c3 00',
  step.write(0x3f2, 0),
  step.write(0x3f2, 0x1c),
  step.interrupt,
  ...[0, 1, 2, 3].map(() => senseInterrupt),
  step.write(0x3f7, 0),
  step.command(3, 0xdf, byte),
]
const start = startWith(2)
const startWithoutDma = startWith(3)
const recalibrate: Row = ['20 00', step.command(7, 0), step.interrupt, senseInterrupt]
const seek = (cylinder: number): Row => [
  `20 ${cylinder.toString(16).padStart(2, '0')}`,
  ...[step.command(0x0f, 0, cylinder), step.interrupt, senseInterrupt],
]
const holds = (bytes: Uint8Array): Row => [checksumOf(bytes), step.checksum(bytes.length)]
/** By DMA, with any ST0. */
const readBoth = (cylinder: number): Row => [
  new RegExp(`^.. 00 00 0${cylinder + 1} 00 01 02$`),
  ...[step.fill(0), step.dma('toMemory', cylinderBytes)],
  ...[step.command(0xe6, 0, ...place(cylinder, 0, 1)), withResult],
]

async function expectRows(engine: TestEngine, rows: readonly Row[]): Promise<void> {
  const media = [{ id: 'floppy', kind: 'floppy', path: image }] as const
  const code = floppyDriver(rows.map(([, ...steps]) => steps.flat()))
  const { machine, run, printed } = await engine.openCode(code, { media })
  expect(await run()).toMatchObject({ why: 'end', ending: { kind: 'exit', value: 0x10 } })
  await machine.close()
  const lines = printed('com1').split('\n').slice(0, -1)
  expect(lines.map((line) => line.trim())).toEqual(
    rows.map(([tells]) => (typeof tells === 'string' ? tells : expect.stringMatching(tells))),
  )
}

describe.each(eachEngine)('a floppy driver on $name', (engine) => {
  test('reads by DMA, from either side', async () => {
    await expectRows(engine, [
      start,
      recalibrate,
      seek(3),
      [
        '04 00 00 03 01 07 02',
        ...[step.dma('toMemory', 1024), step.command(0xe6, 4, ...place(3, 1, 5)), withResult],
      ],
      holds(sectorsAt(3, 1, 5, 2)),
    ])
  })

  test('writes by DMA, and reads both sides of a cylinder in one command', async () => {
    const after = sectorsAt(5, 0, 1, 2 * perTrack)
    after.set(filledWith(9, sectorBytes), sectorBytes)
    await expectRows(engine, [
      ...[start, recalibrate, seek(5)],
      [
        '00 00 00 05 00 03 02',
        ...[step.fill(9), step.dma('fromMemory', sectorBytes)],
        ...[step.command(0xc5, 0, ...place(5, 0, 2)), withResult],
      ],
      readBoth(5),
      holds(after),
    ])
    // The file itself is as it was.
    await expectRows(engine, [
      ...[start, recalibrate, seek(5), readBoth(5)],
      holds(sectorsAt(5, 0, 1, 2 * perTrack)),
    ])
  })

  test('reads without DMA', async () => {
    await expectRows(engine, [
      ...[startWithoutDma, recalibrate, seek(1)],
      [/./, step.command(0x46, 0, ...place(1, 0, 17)), step.moveData, step.result],
      holds(sectorsAt(1, 0, 17, 2)),
    ])
  })

  test('tells what it is', async () => {
    await expectRows(engine, [
      ...[start, recalibrate, seek(7)],
      ['90', step.command(0x10), step.result],
      ['10', step.command(0x94), step.result],
      ['00', step.command(0x14), step.result],
      ['2c', step.command(4, 4), step.result],
      recalibrate,
      ['38', step.command(4, 0), step.result],
      // Nothing to tell; no command; at rest.
      ['80', senseInterrupt],
      ['80', step.command(0x1f), step.result],
      ['80 1c', step.tell(0x3f4), step.tell(0x3f2)],
    ])
  })
})

/** The data sheet's: what QEMU does instead stands in docs/quirks.md. */
describe('a floppy driver, to the letter', () => {
  test('formats a track', async () => {
    const list = Array.from({ length: perTrack }, (_, index) => [2, 0, index + 1, 2]).flat()
    const after = sectorsAt(2, 0, 1, 2 * perTrack).fill(0xf6, 0, perTrack * sectorBytes)
    await expectRows(embedded, [
      ...[start, recalibrate, seek(2)],
      [
        /^00 00 00 /,
        ...[step.put(list), step.dma('fromMemory', list.length)],
        ...[step.command(0x4d, 0, 2, perTrack, 0x54, 0xf6), withResult],
      ],
      readBoth(2),
      holds(after),
    ])
  })

  test('nobody tells a terminal count without DMA: the end of the track does', async () => {
    await expectRows(embedded, [
      ...[startWithoutDma, recalibrate, seek(1)],
      [
        '40 80 00 02 00 01 02',
        ...[step.fill(0x55), step.command(0x45, 0, ...place(1, 0, 4, 5)), step.moveData, step.result],
      ],
      [
        '40 80 00 02 00 01 02',
        ...[step.fill(0), step.command(0x46, 0, ...place(1, 0, 4, 5)), step.moveData, step.result],
      ],
      holds(filledWith(0x55, 1024)),
    ])
  })

  test('keeps what it is told, and half of it through a reset', async () => {
    const dump: Steps = [...step.command(0x0e), ...step.result]
    await expectRows(embedded, [
      ...[start, recalibrate, seek(7)],
      ['10', step.command(0x13, 0, 0x57, 0x12), step.command(0x12, 0x87), step.command(0x94), step.result],
      ['07 00 00 00 df 02 00 87 57 12', dump],
      start,
      ['00 00 00 00 df 02 00 84 07 12', dump],
      ['00', step.command(0x14), step.result],
      start,
      ['00 00 00 00 df 02 00 04 20 00', dump],
    ])
  })

  test.each([
    ['a sector that is not there', '40 04 00 00 00 13 02', [step.command(0x46, 0, ...place(0, 0, 19))]],
    [
      'a cylinder that the head is not at',
      '40 04 10 03 00 01 02',
      [step.command(0x46, 0, ...place(3, 0, 1))],
    ],
    ['another size', '40 04 00 00 00 01 03', [step.command(0x46, 0, 0, 0, 1, 3, 18, 0x1b, 0xff)]],
    ['the end of the track', '40 80 00 01 00 01 02', [step.command(0x46, 0, ...place(0, 0, 18))]],
    ['single density', '40 01 00 00 00 01 02', [step.command(0x06, 0, ...place(0, 0, 1))]],
    [
      'another rate',
      '40 01 00 00 00 01 02',
      [step.write(0x3f7, 2), step.command(0x46, 0, ...place(0, 0, 1))],
    ],
    [
      'a masked channel',
      '40 10 00 00 00 01 02',
      [step.write(0x0a, 6), step.command(0x46, 0, ...place(0, 0, 1))],
    ],
  ] as const)('%s', async (_, result, steps) => {
    await expectRows(embedded, [
      ...[start, recalibrate],
      [result, step.dma('toMemory', 1024), ...steps, withResult],
    ])
  })

  test('without a drive a command never ends; the changed disk is told until the head has stepped', async () => {
    await expectRows(embedded, [
      ...[start, recalibrate],
      ['ff', step.tell(0x3f7)],
      seek(1),
      ['7f', step.tell(0x3f7)],
      ['10', step.command(0x46, 1, ...place(0, 0, 1)), step.tell(0x3f4)],
      start,
    ])
  })

  test('a seek from where the head is not, and cylinders that are added', async () => {
    await expectRows(embedded, [
      ...[start, recalibrate, seek(2), start],
      // The reset has made it believe in cylinder 0.
      seek(1),
      [
        '00 00 00 03 00 02 02',
        step.dma('toMemory', 512),
        step.command(0x46, 0, ...place(3, 0, 1)),
        withResult,
      ],
      ['20 05', step.command(0xcf, 0, 4), step.interrupt, senseInterrupt],
      [/^70/, step.command(0x8f, 0, 5 + 3), step.interrupt, senseInterrupt],
    ])
  })
})
