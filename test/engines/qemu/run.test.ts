import { describe, expect, test } from 'vitest'
import type { Condition } from '../../../src/observe/condition.ts'
import { rowOf } from '../../../src/observe/text-screen.ts'
import { kernelPlan } from '../plans.ts'
import { openKernel, openPlan } from './open-kernel.ts'
import { testQemus } from './test-qemus.ts'

const shown = (pattern: string | RegExp, more: object = {}): Condition => ({
  on: 'screen',
  pattern: { pattern, ...more },
  shown: true,
})
const gone = (pattern: string): Condition => ({ on: 'screen', pattern: { pattern }, shown: false })
const still = (ms: number): Condition => ({ on: 'stillScreen', settleNs: BigInt(ms) * 1_000_000n })

describe.each(testQemus)('QEMU $version', (qemu) => {
  test('until something shows, or no longer shows', async () => {
    const { machine, run } = await openKernel(qemu, 'screen-changes')
    const row = async () => {
      const screen = await machine.screen()
      return screen.kind === 'text' ? rowOf(screen, 0).slice(0, 5) : ''
    }
    expect(await run(shown('ALPHA'))).toMatchObject({ why: 'condition', index: 0 })
    expect(await row()).toBe('ALPHA')
    // It stands there already.
    const at = await machine.now()
    expect(await run(shown('DELTA'), shown(/^ALPHA/, { row: 0, foreground: 'light green' }))).toEqual({
      why: 'condition',
      index: 1,
      at,
    })
    expect(await run(gone('ALPHA'))).toMatchObject({ why: 'condition', index: 0 })
    expect(await row()).toBe('BETA ')
    expect(await run(shown('GAMMA', { foreground: 'red' }), shown('GAMMA'))).toMatchObject({ index: 1 })
    await machine.close()
  })

  test('until the screen stands still', async () => {
    const { machine, run } = await openKernel(qemu, 'screen-changes')
    expect(await run(shown('BETA'))).toMatchObject({ index: 0 })
    const { at } = await run(still(100))
    expect(await run(shown('GAMMA'))).toEqual({ why: 'condition', index: 0, at })
    await machine.close()
  })

  test('until an address', async () => {
    const { machine, run } = await openKernel(qemu, 'screen-changes')
    const address = { on: 'address', linear: 0x100010n } as const
    expect(await run(shown('ZETA'), address)).toMatchObject({ why: 'condition', index: 1 })
    expect(await machine.registers()).toMatchObject({ rip: 0x100010n })
    const stop = await machine.run({ deadlineNs: (await machine.now()).ns + 300_000_000n, any: [address] })
    expect(stop).toMatchObject({ why: 'deadline', activity: 'busy' })
    await machine.close()
  })

  test('an owner who gives up while the machine is being made', async () => {
    const reason = new Error('given up')
    const controller = new AbortController()
    const opening = openPlan(qemu, kernelPlan('busy'), controller.signal)
    setTimeout(() => controller.abort(reason), 5)
    await expect(opening).rejects.toBe(reason)
  })

  test('a CPU that is not there', async () => {
    const { machine } = await openKernel(qemu, 'busy', { machine: { cpus: 2 } })
    expect(await machine.registers(1)).toMatchObject({ rip: expect.any(BigInt) })
    await expect(machine.registers(2)).rejects.toThrow(
      'KT3012: The machine has 2 CPUs; there is no CPU 2\n' +
        '  CPUs count from 0; the boot option `cpus` sets how many there are.',
    )
    await machine.close()
  })
})
