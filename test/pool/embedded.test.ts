import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { MachinePool } from '../../src/pool/machine-pool.ts'
import { kernelPlan } from '../engines/plans.ts'

const forever = { deadlineNs: 3_600_000_000_000n, any: [] }
const pools: MachinePool[] = []

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()))
})

function onePool(): MachinePool {
  const pool = new MachinePool({ threads: 1, whenFull: 'wait' })
  pools.push(pool)
  return pool
}

/** A guest that would be busy for hours, running. */
async function busy(pool: MachinePool, kernel: string, signal: AbortSignal = new AbortController().signal) {
  const machine = await pool.open({ engine: 'embedded', plan: kernelPlan(kernel), sink: () => {}, signal })
  const stop = machine.run(forever).catch((error: Error) => error.message)
  await pause(100)
  return { machine, stop }
}

test.each(['busy', 'chatter'])(
  'a machine that is closed while `%s` runs tells what it saw',
  async (kernel) => {
    const { machine, stop } = await busy(onePool(), kernel)
    const recording = await machine.close()
    expect(recording).toMatchObject({ ending: null, screen: { kind: 'text' } })
    expect(recording.registers?.rip).toBeGreaterThanOrEqual(0x100000n)
    expect(await stop).toMatch('KT4012')
  },
)

test('one that is aborted ends, and its thread serves the next', async () => {
  const pool = onePool()
  const controller = new AbortController()
  const { machine, stop } = await busy(pool, 'busy', controller.signal)
  controller.abort()
  expect(await stop).toMatchObject({ why: 'end', ending: { kind: 'engineError', code: 'KT4013' } })
  // Its registers could still be read: the thread was not ended for it.
  expect((await machine.close()).registers).not.toBeNull()
  const next = await pool.open({ engine: 'embedded', plan: kernelPlan('greeting'), sink: () => {} })
  expect(await next.run(forever)).toMatchObject({ ending: { kind: 'exit', value: 0x10 } })
  await next.close()
  expect(pool.load).toMatchObject({ threads: 1, waiting: 0 })
})

test('a warm thread runs both engines', async () => {
  const pool = onePool()
  for (const engine of ['embedded', 'qemu', 'embedded'] as const) {
    const machine = await pool.open({ engine, plan: kernelPlan('greeting'), sink: () => {} })
    expect(await machine.run(forever)).toMatchObject({ ending: { kind: 'exit', value: 0x10 } })
    await machine.close()
  }
})
