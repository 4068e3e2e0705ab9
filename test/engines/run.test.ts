import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Condition } from '../../src/observe/condition.ts'
import { eachEngine } from './each-engine.ts'
import { kernelPlan, planOf } from './plans.ts'

const shown = (pattern: string): Condition => ({ on: 'screen', pattern: { pattern }, shown: true })
const printed = (pattern: string): Condition => ({ on: 'output', port: 'com1', pattern, from: 0 })
/** `busy` counts at 100001h; its counter follows its code. */
const count = 0x100001n
const counter = 0x100009n
const given = new Error('given up')

describe.each(eachEngine)('$name', ({ isExact, openKernel, openPlan }) => {
  test('to an address, turn by turn, with registers and memory as they are there', async () => {
    const { machine, run } = await openKernel('busy')
    for (const turn of [0, 1, 2]) {
      expect(await run({ on: 'address', linear: 0x200000n }, { on: 'address', linear: count })).toEqual({
        why: 'condition',
        index: 1,
        at: await machine.now(),
      })
      expect(await machine.registers()).toMatchObject({ rip: count, cpl: 0, halted: false })
      expect([...(await machine.read('physical', counter, 4))]).toEqual([turn, 0, 0, 0])
      expect((await machine.now()).instructions).toBe(isExact ? BigInt(1 + 2 * turn) : null)
    }
    await machine.close()
  })

  test('an address that is never reached', async () => {
    const { machine } = await openKernel('busy')
    const any = [{ on: 'address', linear: 0x200000n }] as const
    // Its counter stands beside its code, which is decoded anew each time.
    const [first, second] = isExact ? [20_000n, 30_000n] : [700_000_000n, 800_000_000n]
    expect(await machine.run({ deadlineNs: first, any })).toMatchObject({ why: 'deadline', activity: 'busy' })
    expect(await machine.run({ deadlineNs: second, any: [] })).toMatchObject({ why: 'deadline' })
    await machine.close()
  })

  test('what was written is what the guest goes on with', async () => {
    const { machine, run } = await openKernel('busy')
    await run({ on: 'address', linear: count })
    await machine.write('linear', counter, Uint8Array.of(0xff, 0xff, 0, 0))
    await run({ on: 'address', linear: count })
    expect([...(await machine.read('linear', counter, 4))]).toEqual([0, 0, 1, 0])
    // An endless loop in place of the count: the machine knows that it is over.
    await machine.write('physical', count, Uint8Array.of(0xeb, 0xfe))
    expect(await run()).toMatchObject({ why: 'end', ending: { kind: 'hang', proof: { rip: count } } })
    await machine.close()
  })

  test('what shows at the end of the run is met before the end', async () => {
    const { machine, run } = await openKernel('greeting')
    expect(await run(shown('OK'))).toMatchObject({ why: 'condition', index: 0 })
    expect(await run(shown('OK'))).toMatchObject({ why: 'end', ending: { kind: 'exit' } })
    await machine.close()
  })

  test('to a deadline, which counts guest time', async () => {
    const { machine, run } = await openKernel('chatter')
    expect(await machine.now()).toEqual({ instructions: isExact ? 0n : null, ns: 0n })
    const { at } = await run(printed('play'))
    const deadlineNs = at.ns + (isExact ? 1_000_000n : 100_000_000n)
    const first = await machine.run({ deadlineNs, any: [] })
    expect(first).toMatchObject({ why: 'deadline', activity: 'busy' })
    expect(first.at.ns).toBeGreaterThanOrEqual(deadlineNs)
    await pause(150)
    expect(await machine.now()).toEqual(first.at)
    // A deadline that has passed.
    expect(await machine.run({ deadlineNs, any: [] })).toEqual(first)
    await machine.close()
  })

  test.each<[string, Condition]>([
    ['busy', { on: 'address', linear: count }],
    ['chatter', printed('play')],
  ])('%s, closed while it runs', async (kernel, begun) => {
    const { machine, run } = await openKernel(kernel)
    await run(begun)
    const running = expect(run()).rejects.toThrow('KT4012: The machine is closed')
    await pause(100)
    const asked = performance.now()
    const recording = await machine.close()
    if (isExact) expect(performance.now() - asked).toBeLessThan(100)
    await running
    expect(recording).toMatchObject({ ending: null, engineLog: '' })
    expect(recording.screen).toMatchObject({ kind: 'text', columns: 80, rows: 25 })
    expect(recording.registers?.rip).toBeLessThan(0x100020n)
    await expect(machine.registers()).rejects.toThrow('KT4012')
  })

  test('an owner who gives up, before the machine is there and while it runs', async () => {
    const plan = kernelPlan('busy')
    await expect(openPlan(plan, AbortSignal.abort(given))).rejects.toBe(given)
    const controller = new AbortController()
    const { machine, run } = await openPlan(plan, controller.signal)
    setTimeout(() => controller.abort(given), 100)
    await expect(run()).rejects.toBe(given)
    expect(await machine.close()).toMatchObject({ ending: null })
  })

  test.each(['idle', 'busy'])('%s at the deadline', async (name) => {
    const { machine } = await openKernel(name)
    const stop = await machine.run({ deadlineNs: isExact ? 200_000n : 1_500_000_000n, any: [] })
    expect(stop).toMatchObject({ why: 'deadline', activity: name })
    await machine.close()
  })

  test('what has nothing to boot stands in its firmware', async () => {
    const start = { kind: 'firmware', firmware: 'bios', bootOrder: [] } as const
    const { machine, run } = await openPlan(planOf(start))
    const met = await run(shown('No bootable device'))
    expect(met).toMatchObject({ why: 'condition' })
    const stop = await machine.run({ deadlineNs: met.at.ns + 100_000_000n, any: [] })
    expect(stop).toMatchObject({ why: 'deadline', activity: 'firmware' })
    await machine.close()
  })

  test('keys interrupt the guest, one change after the other', async () => {
    const { machine, run, printed: text } = await openKernel('keyboard-echo')
    expect(await run(printed('>'))).toMatchObject({ index: 0 })
    await machine.input({ to: 'keyboard', keys: ['A', 'ctrl-alt-delete'] })
    await machine.run({ deadlineNs: 1_500_000_000n, any: [] })
    const codes = Array.from(text('com1'), (character) => character.charCodeAt(0).toString(16))
    expect(codes.join(' ')).toBe('3e 2a 1e 9e aa 1d 38 e0 53 e0 d3 b8 9d')
    await machine.close()
  })

  test('what is sent to a serial port, the guest reads when it asks', async () => {
    const { machine, run, printed: text } = await openKernel('serial-echo')
    expect(await run(printed('READY\n'))).toMatchObject({ index: 0 })
    await machine.input({ to: 'serial', port: 'com1', bytes: Buffer.from('abc') })
    expect(await run(printed('ABC'))).toMatchObject({ index: 0 })
    await machine.input({ to: 'serial', port: 'com1', bytes: Buffer.from('d.') })
    expect(await run()).toMatchObject({ ending: { kind: 'exit', value: 0x10 } })
    expect(text('com1')).toBe('READY\r\nABCD.')
    await machine.close()
  })
})
