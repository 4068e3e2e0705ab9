import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { kernelPlan } from '../qemu/open-kernel.ts'
import { openKernel, openPlan } from './open-embedded.ts'

const answerMs = 100

test.each(['busy', 'chatter'])('%s, closed while it runs, answers at once', async (kernel) => {
  const { machine, run } = await openKernel(kernel)
  const running = expect(run()).rejects.toThrow('KT4012: The machine is closed')
  await pause(60)
  const asked = performance.now()
  const recording = await machine.close()
  expect(performance.now() - asked).toBeLessThan(answerMs)
  await running
  expect(recording).toMatchObject({ ending: null, engineLog: '', screen: { kind: 'text' } })
  expect(recording.registers?.rip).toBeLessThan(0x100020n)
  await expect(machine.registers()).rejects.toThrow('KT4012')
})

test('an owner who gives up, before the machine is there and while it runs', async () => {
  const plan = kernelPlan('busy')
  const reason = new Error('given up')
  await expect(openPlan(plan, AbortSignal.abort(reason))).rejects.toBe(reason)
  const controller = new AbortController()
  const { machine, run } = await openPlan(plan, controller.signal)
  setTimeout(() => controller.abort(reason), 30)
  await expect(run()).rejects.toBe(reason)
  expect(await machine.close()).toMatchObject({ ending: null })
})

test('a CPU that is not there, keys that nobody takes', async () => {
  const { machine } = await openKernel('busy')
  await expect(machine.registers(1)).rejects.toThrow(
    'KT3012: The machine has one CPU; there is no CPU 1\n  CPUs count from 0; the embedded engine has one.',
  )
  await expect(machine.input({ to: 'keyboard', keys: ['a'] })).rejects.toThrow(
    'KT3016: the embedded engine has no keyboard yet',
  )
  await machine.close()
})

test('what is sent to a serial port, the guest reads when it asks', async () => {
  const { machine, run, printed } = await openKernel('serial-echo')
  await machine.input({ to: 'serial', port: 'com1', bytes: Buffer.from('abc') })
  expect(await run({ on: 'output', port: 'com1', pattern: 'ABC', from: 0 })).toMatchObject({ index: 0 })
  await machine.input({ to: 'serial', port: 'com1', bytes: Buffer.from('d.') })
  expect(await run()).toMatchObject({ ending: { kind: 'exit', value: 0x10 } })
  expect(printed('com1')).toBe('READY\r\nABCD.')
  await machine.close()
})
