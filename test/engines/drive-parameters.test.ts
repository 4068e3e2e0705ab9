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

/** What the BIOS says of its drives, a line each. */
async function told(engine: TestEngine, sectors: readonly number[]): Promise<readonly string[]> {
  const floppy = join(folder, 'boot.img')
  copyFileSync(kernel('drive-parameters'), floppy)
  truncateSync(floppy, 1_474_560)
  const disks = sectors.map((count): Medium => {
    const path = join(folder, `${count}.img`)
    writeFileSync(path, '')
    truncateSync(path, count * 512)
    return { id: `${count}`, kind: 'disk', path }
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

describe.each(eachEngine.filter(({ isExact }) => !isExact))('drives on $name', (engine) => {
  test.each([
    [[1, 1008, 2048, 20_480]],
    [[1_032_191, 1_032_192, 2_064_384, 4_128_768]],
    [[8_257_536, 8_388_608, 16_450_560, 33_554_432]],
  ])('hard disks of %j sectors have the geometry of LBA assist', async (sizes) => {
    const lines = await told(engine, sizes)
    const expected = sizes.map((sectors, index) => line(0x80 + index, sizes.length, diskGeometry(sectors)))
    expect(lines.slice(2, 2 + sizes.length)).toEqual(expected)
  })
})
