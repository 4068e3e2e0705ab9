import { expect, test } from 'vitest'
import { planOfFile } from '../../boot-plans/plan-of.ts'
import { kernel } from '../../kernels/build.ts'
import { openPlan } from './open-embedded.ts'

test('looking changes nothing: no accessed bit, no instruction', async () => {
  const { machine, run } = await openPlan(planOfFile(kernel('observed')))
  await run({ on: 'output', port: 'com1', pattern: 'R', from: 0 })
  const look = async () => ({
    memory: Buffer.from(await machine.read('physical', 0n, 0x200000)).toString('latin1'),
    registers: await machine.registers(),
    now: await machine.now(),
  })
  const before = await look()
  await machine.read('linear', 0x200ffen, 6)
  await machine.screen()
  expect(await look()).toEqual(before)
  await machine.close()
})
