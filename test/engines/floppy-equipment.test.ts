import { copyFileSync, mkdtempSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Medium } from '../../src/boot/plan.ts'
import { kernel } from '../kernels/build.ts'
import { eachEngine } from './each-engine.ts'
import { planOf } from './plans.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-equipment-'))
afterAll(() => rmSync(folder, { recursive: true }))

function floppy(id: string, kiB: number): Medium {
  const path = join(folder, `${id}.img`)
  copyFileSync(kernel('floppy-equipment'), path)
  truncateSync(path, kiB * 1024)
  return { id, kind: 'floppy', path }
}

/** Types as CMOS has them: 2 is 1.2 MB, 4 is 1.44 MB. */
describe.each(eachEngine)('on $name', (engine) => {
  /** QEMU 10.0 has lost the bits of byte 14h. */
  const comparable = (told: string) => (engine.isExact ? told : told.replace(/(?<=^..) ../, ''))

  test.each([
    ['one drive', [floppy('a', 1440)], '40 01 01 80'],
    ['two drives', [floppy('a', 1440), floppy('b', 1200)], '42 41 41 80'],
  ])('firmware tells of %s, and hears its interrupt', async (_, media, told) => {
    const start = { kind: 'firmware', firmware: 'bios', bootOrder: ['a'] } as const
    const { machine, run, printed } = await engine.openPlan(planOf(start, { media }))
    expect(await run()).toMatchObject({ why: 'end', ending: { kind: 'exit', value: 0x10 } })
    expect(comparable(printed('com1').trim())).toBe(comparable(told))
    await machine.close()
  })
})
