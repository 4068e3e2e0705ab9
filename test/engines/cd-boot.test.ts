import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Medium } from '../../src/boot/plan.ts'
import { embeddedEngine } from '../../src/engines/embedded/engine.ts'
import { linesOf } from '../../src/observe/text-screen.ts'
import { kernel } from '../kernels/build.ts'
import { bootDisc, type DiscOptions, discPlaces, emulations } from './boot-disc.ts'
import { eachEngine, type TestEngine } from './each-engine.ts'
import { openMachine } from './open-machine.ts'
import { planOf } from './plans.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-cd-'))
afterAll(() => rmSync(folder, { recursive: true }))

const kiB = {
  'floppy-1.2': 1200,
  'floppy-1.44': 1440,
  'floppy-2.88': 2880,
  'hard-disk': 680,
  none: 2,
} as const

/** A CD with the guest as its boot image, a floppy disk and a hard disk beside it. */
function media(emulation: keyof typeof emulations): readonly Medium[] {
  const image = new Uint8Array(kiB[emulation] * 1024)
  image.set(readFileSync(kernel('cd-boot')))
  const beside = Buffer.alloc(1024, 'beside: ')
  const cd = { id: 'cd', kind: 'cdrom', path: join(folder, `${emulation}.iso`) } as const
  const disk = { id: 'disk', kind: 'disk', path: join(folder, 'disk.img') } as const
  const floppy = { id: 'floppy', kind: 'floppy', path: join(folder, 'floppy.img') } as const
  writeFileSync(cd.path, bootDisc({ media: emulations[emulation], image }))
  writeFileSync(disk.path, beside)
  truncateSync(disk.path, 20 << 20)
  writeFileSync(floppy.path, beside)
  truncateSync(floppy.path, 1_474_560)
  return [cd, disk, floppy]
}

async function told(engine: TestEngine, emulation: keyof typeof emulations): Promise<readonly string[]> {
  const start = { kind: 'firmware', firmware: 'bios', bootOrder: ['cd'] } as const
  const { machine, run, printed } = await engine.openPlan(planOf(start, { media: media(emulation) }))
  const stop = await run()
  await machine.close()
  const lines = printed('com1').split('\n')
  expect(stop).toMatchObject({ why: 'end', ending: { kind: 'exit', value: 0x10 } })
  return lines.map((line) => line.trim())
}

/** Of the packet the last three bytes are CH, CL and DH of function 08h (El Torito 1.0, section 4). */
const expected = {
  none: [
    'drive e0 floppies 0001 disks 01',
    'image 00 13 00 e0 00 14 00 00 00 00 00 00 00 c0 07 04 00 00 00 00',
    'parameters 01',
    'second 01 00 00 00 00',
    'sector 16 00 01 43 44 30 30 31',
    'end 00 disks 01',
    'second 01 00 00 00 00',
  ],
  'floppy-1.2': floppy('01', '4f 0f 01', '0002 4f0f'),
  'floppy-1.44': floppy('02', '4f 12 01', '0004 4f12'),
  'floppy-2.88': floppy('03', '4f 24 01', '0005 4f24'),
  'hard-disk': [
    'drive 80 floppies 0001 disks 02',
    'image 00 13 04 80 00 14 00 00 00 00 00 00 00 c0 07 04 00 13 11 03',
    'parameters 00 0000 1311 0302',
    'second 00 54 57 4f 21',
    'sector 16 00 01 43 44 30 30 31',
    'end 00 disks 01',
    'second 00 62 65 73 69',
  ],
} as const

/** The image is A:, the floppy disk beside it B: until emulation ends. */
function floppy(type: string, geometry: string, parameters: string): readonly string[] {
  return [
    'drive 00 floppies 0041 disks 01',
    `image 00 13 ${type} 00 00 14 00 00 00 00 00 00 00 c0 07 04 00 ${geometry}`,
    `parameters 00 ${parameters} 0102`,
    'second 00 54 57 4f 21',
    'sector 16 00 01 43 44 30 30 31',
    'end 00 disks 01',
    'second 00 62 65 73 69',
  ]
}

/** SeaBIOS 1.16 in the same lines: its packet ends with DH, CL, CH; the rest stands in docs/quirks.md. */
function asSeaBios(line: string): string {
  return line
    .replace(/^(image .*) (..) (..) (..)$/, '$1 $4 $3 $2')
    .replace(/^parameters 00 0005/, 'parameters 00 0006')
    .replace('1311 0302', '1211 0303')
}

describe.each(eachEngine)('what was booted from a CD, on $name', (engine) => {
  test.each(Object.keys(emulations) as readonly (keyof typeof emulations)[])('%s', async (emulation) => {
    const lines = expected[emulation]
    const found = (await told(engine, emulation)).filter((line) => line !== '')
    if (engine.isExact) expect(found).toEqual(lines)
    // SeaBIOS goes on to count an emulated disk.
    else
      expect(found.map((line) => line.replace('end 00 disks 02', 'end 00 disks 01'))).toEqual(
        lines.map(asSeaBios),
      )
  })
})

describe('a CD that cannot be started says why', () => {
  const { bootRecord, catalogPointer, catalog, entry } = discPlaces
  const put =
    (at: number, ...values: readonly number[]) =>
    (bytes: Uint8Array) =>
      bytes.set(values, at)
  const image = new Uint8Array(2048)
  const none = { media: 0, image }
  test.each<readonly [string, DiscOptions]>([
    ['has no El Torito boot record', { ...none, harm: put(bootRecord + 7, 0x46) }],
    ['has its boot catalog outside of the disc', { ...none, harm: put(catalogPointer, 0xff) }],
    ['has a damaged boot catalog', { ...none, harm: put(catalog + 4, 1) }],
    ['has a damaged boot catalog', { ...none, harm: put(catalog, 2) }],
    ['has no boot image for a BIOS', { ...none, harm: put(entry, 0) }],
    // The platform of UEFI, its checksum right.
    ['has no boot image for a BIOS', { ...none, harm: put(catalog + 1, 0xef, 0, 0, 0, 0x11) }],
    ['has a boot image of an unknown kind', { ...none, media: 5 }],
    ['has its boot image outside of the disc', { ...none, harm: put(entry + 8, 0xff) }],
    ['has its boot image outside of the disc', { ...none, count: 5 }],
    ['has a boot image of no sectors', { ...none, count: 0 }],
    [
      'has a boot image that is too large for the memory',
      { ...none, image: new Uint8Array(2 ** 20), count: 2047 },
    ],
    ['has a hard disk image without a partition', { media: 4, image }],
  ])('%s', async (why, options) => {
    const path = join(folder, 'bad.iso')
    writeFileSync(path, bootDisc(options))
    const start = { kind: 'firmware', firmware: 'bios', bootOrder: ['cd'] } as const
    const plan = planOf(start, { media: [{ id: 'cd', kind: 'cdrom', path }] })
    const { machine, run } = await openMachine(embeddedEngine, plan)
    const pattern = { pattern: 'No bootable device' }
    expect(await run({ on: 'screen', pattern, shown: true })).toMatchObject({ why: 'condition' })
    const screen = await machine.screen()
    const lines = screen.kind === 'text' ? linesOf(screen).filter((line) => line !== '') : []
    expect(lines).toEqual([`CD E0h ${why}.`, 'No bootable device.'])
    await machine.close()
  })
})
