import { describe, expect, test } from 'vitest'
import { kernel } from '../../kernels/build.ts'
import { type OpenOptions, planOf } from '../plans.ts'
import { openKernel, openPlan } from './open-kernel.ts'
import { testQemus } from './test-qemus.ts'

const firmware = { kind: 'firmware', firmware: 'bios', bootOrder: ['disk'] } as const

function disk(name: string): OpenOptions {
  return { media: [{ id: 'disk', kind: 'disk', path: kernel(name) }] }
}

describe.each(testQemus)('QEMU $version', (qemu) => {
  test.each([
    ['dead-halt', 2, { kind: 'deadHalt', rip: 0x100012n }],
    ['pause-loop', 2, { kind: 'hang', proof: { rip: 0x100001n } }],
  ])('%s on %d CPUs, within a second', async (name, cpus, ending) => {
    const { machine, run } = await openKernel(qemu, name, { machine: { cpus } })
    const stop = await run()
    expect(stop).toMatchObject({ why: 'end', ending })
    expect(stop.at.ns).toBeLessThan(2_000_000_000n)
    expect(await machine.registers()).toMatchObject({ halted: ending.kind === 'deadHalt' })
    await machine.close()
  })

  test('a guest that asks the BIOS for a key', async () => {
    const { machine } = await openPlan(qemu, planOf(firmware, disk('echo-keys')))
    expect(await machine.run({ deadlineNs: 2_000_000_000n, any: [] })).toMatchObject({
      why: 'deadline',
      activity: 'waitsForKey',
    })
    await machine.close()
  })

  test('firmware with nothing to boot, BIOS and UEFI', async () => {
    const nothing = { ...firmware, bootOrder: [] }
    for (const name of ['bios', 'uefi'] as const) {
      const { machine } = await openPlan(qemu, planOf({ ...nothing, firmware: name }))
      expect(await machine.run({ deadlineNs: 6_000_000_000n, any: [] }), name).toMatchObject({
        why: 'deadline',
        activity: 'firmware',
      })
      await machine.close()
    }
  })
})
