import { describe, expect, test } from 'vitest'
import { kernel } from '../kernels/build.ts'
import { eachEngine, embedded, type TestEngine } from './each-engine.ts'
import { planOf } from './plans.ts'

async function boot(engine: TestEngine, name: string) {
  const start = { kind: 'firmware', firmware: 'bios', bootOrder: ['boot'] } as const
  const plan = planOf(start, { media: [{ id: 'boot', kind: 'disk', path: kernel(name) }] })
  const { machine, run, printed } = await engine.openPlan(plan)
  const stop = await run()
  await machine.close()
  expect(stop).toMatchObject({ why: 'end', ending: { kind: 'exit', value: 0x10 } })
  return printed('com1')
}

describe.each(eachEngine)('$name', (engine) => {
  test('APM, BIOS32 and the PCI BIOS are called from protected mode, where paging has moved them', async () => {
    expect(await boot(engine, 'protected-firmware')).toBe('AEaeDP')
  })
})

test('INT 15h 89h goes on in protected mode (QEMU has no such function)', async () => {
  await boot(embedded, 'protected-switch')
})
