import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Condition } from '../../../src/observe/condition.ts'
import { rowOf } from '../../../src/observe/text-screen.ts'
import { kernelPlan, openKernel, openPlan } from './open-kernel.ts'
import { testQemus } from './test-qemus.ts'

const shown = (pattern: string | RegExp, more: object = {}): Condition => ({
  on: 'screen',
  pattern: { pattern, ...more },
  shown: true,
})
const printed = (pattern: string): Condition => ({ on: 'output', port: 'com1', pattern, from: 0 })
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

  test('what shows at the end of the run is met before the end', async () => {
    const { machine, run } = await openKernel(qemu, 'greeting')
    expect(await run(shown('OK'))).toMatchObject({ why: 'condition', index: 0 })
    expect(await run(shown('OK'))).toMatchObject({ why: 'end', ending: { kind: 'exit' } })
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

  test('to a deadline, which counts guest time', async () => {
    const { machine, run } = await openKernel(qemu, 'chatter')
    expect(await machine.now()).toEqual({ instructions: null, ns: 0n })
    const { at } = await run(printed('play'))
    const deadlineNs = at.ns + 100_000_000n
    const first = await machine.run({ deadlineNs, any: [] })
    expect(first).toMatchObject({ why: 'deadline', activity: 'busy' })
    expect(first.at.ns).toBeGreaterThanOrEqual(deadlineNs)
    await pause(150)
    expect(await machine.now()).toEqual(first.at)
    // A deadline that has passed.
    expect(await machine.run({ deadlineNs, any: [] })).toEqual(first)
    await machine.close()
  })

  test('a machine that is closed while it runs', async () => {
    const { machine, run } = await openKernel(qemu, 'chatter')
    await run(printed('play'))
    const running = expect(run()).rejects.toThrow('KT4012: The machine is closed')
    await pause(100)
    const recording = await machine.close()
    await running
    expect(recording).toMatchObject({ ending: null, engineLog: '' })
    expect(recording.registers?.rip).toBeLessThan(0x100020n)
    expect(recording.screen).toMatchObject({ kind: 'text', columns: 80, rows: 25 })
  })

  test('an owner who gives up, before the machine is there and while it runs', async () => {
    const plan = kernelPlan('busy')
    const reason = new Error('given up')
    await expect(openPlan(qemu, plan, AbortSignal.abort(reason))).rejects.toBe(reason)
    const controller = new AbortController()
    const opening = openPlan(qemu, plan, controller.signal)
    setTimeout(() => controller.abort(reason), 5)
    await expect(opening).rejects.toBe(reason)
    const other = new AbortController()
    const { machine, run } = await openPlan(qemu, plan, other.signal)
    setTimeout(() => other.abort(reason), 100)
    await expect(run()).rejects.toBe(reason)
    expect(await machine.close()).toMatchObject({ ending: null })
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
