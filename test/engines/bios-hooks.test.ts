import { describe, expect, test } from 'vitest'
import type { Medium } from '../../src/boot/plan.ts'
import { kernel } from '../kernels/build.ts'
import { eachEngine } from './each-engine.ts'
import { planOf } from './plans.ts'

describe.each(eachEngine)('$name', ({ openPlan }) => {
  test('the BIOS can be hooked, chained, called far, and leaves unreal mode and flags alone', async () => {
    const boot: Medium = { id: 'boot', kind: 'disk', path: kernel('bios-hooks') }
    const start = { kind: 'firmware', firmware: 'bios', bootOrder: ['boot'] } as const
    const { machine, run, printed } = await openPlan(planOf(start, { media: [boot] }))
    expect(await run()).toMatchObject({ why: 'end' })
    expect(printed('com1')).toBe('ABCDEF')
    await machine.close()
  })
})
