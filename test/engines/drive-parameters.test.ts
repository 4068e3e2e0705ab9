import { copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Medium } from '../../src/boot/plan.ts'
import { type DriveGeometry, diskGeometry } from '../../src/machine/media/geometry.ts'
import { kernel } from '../kernels/build.ts'
import type { TestEngine } from './each-engine.ts'
import { eachEngine } from './each-engine.ts'
import { planOf } from './plans.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-parameters-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** An MBR with one partition that ends at this head and sector of a cylinder. */
function partitioned(head: number, sector: number): Uint8Array {
  const bytes = new Uint8Array(512)
  bytes.set([0x80, 1, 1, 0, 0x83, head, sector, 19, 63, 0, 0, 0, 1, 2, 0, 0], 446)
  bytes.set([0x55, 0xaa], 510)
  return bytes
}

interface Disk {
  readonly sectors: number
  readonly begins: Uint8Array
}

/** What the BIOS says of its drives, a line each. */
async function told(engine: TestEngine, all: readonly Disk[]): Promise<readonly string[]> {
  const floppy = join(folder, 'boot.img')
  copyFileSync(kernel('drive-parameters'), floppy)
  truncateSync(floppy, 1_474_560)
  const disks = all.map(({ sectors, begins }, index): Medium => {
    const path = join(folder, `${index}.img`)
    writeFileSync(path, begins)
    truncateSync(path, sectors * 512)
    return { id: `${index}`, kind: 'disk', path }
  })
  const media: readonly Medium[] = [{ id: 'boot', kind: 'floppy', path: floppy }, ...disks]
  const start = { kind: 'firmware', firmware: 'bios', bootOrder: ['boot'] } as const
  const { machine, run, printed } = await engine.openPlan(planOf(start, { media }))
  expect(await run()).toMatchObject({ why: 'end', ending: { kind: 'exit', value: 0x10 } })
  await machine.close()
  return printed('com1')
    .trim()
    .split('\n')
    .map((line) => line.trim())
}

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')

/** Functions 08h and 15h, in the form of the guest; the last cylinder is set apart, as on the PC AT. */
function line(number: number, count: number, { cylinders, heads, sectorsPerTrack }: DriveGeometry): string {
  const last = cylinders - 2
  const cx = ((last & 0xff) << 8) | ((last >> 8) << 6) | sectorsPerTrack
  const sectors = (cylinders - 1) * heads * sectorsPerTrack
  return [
    hex(number, 2),
    '00 00',
    hex(cx, 4),
    hex(((heads - 1) << 8) | count, 4),
    '03',
    hex(sectors >>> 16, 4),
    hex(sectors & 0xffff, 4),
  ].join(' ')
}

describe.each(eachEngine)('drives on $name', (engine) => {
  test.each([
    [[1, 1008, 2048, 20_480]],
    [[1_032_191, 1_032_192, 2_064_384, 4_128_768]],
    [[8_257_536, 8_388_608, 16_450_560, 33_554_432]],
  ])('hard disks of %j sectors have the geometry of LBA assist', async (sizes) => {
    await expectGeometry(
      engine,
      sizes.map((sectors) => ({ sectors, begins: new Uint8Array(512) })),
    )
  })

  test('a partition table that needs no translation says the geometry', async () => {
    const [small, large] = [20_480, 2_097_152]
    await expectGeometry(engine, [
      { sectors: small, begins: partitioned(3, 17) },
      { sectors: small, begins: partitioned(1, 18) },
      { sectors: large, begins: partitioned(15, 63) },
      { sectors: large, begins: partitioned(63, 63) },
    ])
    await expectGeometry(engine, [
      { sectors: small, begins: partitioned(254, 63) },
      { sectors: small, begins: partitioned(0, 1) },
      { sectors: small, begins: partitioned(3, 17).fill(0, 510) },
      { sectors: small, begins: partitioned(7, 0x40 + 32) },
    ])
  })
})

async function expectGeometry(engine: TestEngine, disks: readonly Disk[]): Promise<void> {
  const lines = await told(engine, disks)
  const expected = disks.map(({ sectors, begins }, index) =>
    line(0x80 + index, disks.length, diskGeometry(sectors, begins)),
  )
  expect(lines.slice(2, 2 + disks.length)).toEqual(expected)
}
