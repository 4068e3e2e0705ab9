import { expect, test } from 'vitest'
import { planOfFile } from '../../boot-plans/plan-of.ts'
import { kernel } from '../../kernels/build.ts'
import { openCode, openKernel, openPlan } from './open-embedded.ts'

/** 4 MiB: the memory of the machine before is looked at whole. */
const small = { machine: { memoryMiB: 4 } }
const allOf = (length: number) => ['physical', 0n, length] as const

async function contents(name: string): Promise<Buffer> {
  const { machine } = await openKernel(name, small)
  const bytes = Buffer.from(await machine.read(...allOf(4 << 20)))
  await machine.close()
  return bytes
}

test('nothing of a machine is left in the next', async () => {
  const clean = await contents('chatter')
  const { machine, run } = await openKernel('greeting', small)
  await machine.write('physical', 0x3f_fff8n, Uint8Array.of(1, 2, 3))
  await machine.input({ to: 'serial', port: 'com1', bytes: Uint8Array.of(1) })
  await run()
  await machine.close()
  expect((await contents('chatter')).equals(clean)).toBe(true)
  const next = await openKernel('busy', small)
  expect(await next.machine.registers()).toMatchObject({ rbx: 0n, rip: 0x100000n, halted: false, cr2: 0n })
  expect(await next.machine.now()).toEqual({ instructions: 0n, ns: 0n })
  await next.machine.close()
})

test('code that was changed far behind its first byte is decoded again', async () => {
  for (const value of [1, 2, 2, 3]) {
    // mov al, value; out 0xf4, al
    const { machine, run } = await openCode([...Array(500).fill(0x90), 0xb0, value, 0xe6, 0xf4])
    expect(await run()).toMatchObject({ ending: { kind: 'exit', value }, at: { instructions: 502n } })
    await machine.close()
  }
})

test('the same run again and again, by instruction', async () => {
  const instants = new Set<string>()
  for (let round = 0; round < 5; round++) {
    const { machine, run, printed } = await openPlan(planOfFile(kernel('script'), { commandLine: 'AlBx' }))
    const { at } = await run()
    expect(printed('com1').slice(0, 6)).toBe('line A')
    instants.add(`${at.instructions} ${at.ns}`)
    await machine.close()
  }
  expect(instants.size).toBe(1)
})

test('two machines side by side do not see each other', async () => {
  const [one, other] = [await openKernel('busy'), await openKernel('greeting')]
  await one.machine.write('physical', 0x300000n, Uint8Array.of(7))
  expect(await other.run()).toMatchObject({ ending: { kind: 'exit' } })
  expect([...(await one.machine.read('physical', 0x300000n, 1))]).toEqual([7])
  expect([...(await other.machine.read('physical', 0x300000n, 4))]).toEqual([0x78, 0x56, 0x34, 0x12])
  await Promise.all([one.machine.close(), other.machine.close()])
})
