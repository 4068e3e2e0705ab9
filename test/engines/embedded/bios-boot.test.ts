import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { BootPlan } from '../../../src/boot/plan.ts'
import { planOf } from '../plans.ts'
import { openPlan } from './open-embedded.ts'

const bootSector = fileURLToPath(new URL('../../../examples/boot-sector/boot-sector.img', import.meta.url))

function diskPlan(path: string): BootPlan {
  const start = { kind: 'firmware', firmware: 'bios', bootOrder: ['boot'] } as const
  return planOf(start, { media: [{ id: 'boot', kind: 'disk', path }] })
}

test('a boot sector reads its second stage by int 13h, goes to long mode and shows HR in red', async () => {
  const { machine, run } = await openPlan(diskPlan(bootSector))
  const pattern = { pattern: 'HR', row: 0, column: 0, foreground: 'red', background: 'black' } as const
  expect(await run({ on: 'screen', pattern, shown: true })).toMatchObject({ why: 'condition' })
  const { efer } = await machine.registers()
  expect(efer & 0x400n).toBe(0x400n)
  expect(await run()).toMatchObject({ why: 'end', ending: { kind: 'hang' } })
  await machine.close()
})
