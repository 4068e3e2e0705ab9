import { describe, expect, test } from 'vitest'
import { guestFile } from '../../boot/debian-guests.ts'
import { planOfFile } from '../../boot-plans/plan-of.ts'
import { openKernel, openPlan } from './open-kernel.ts'
import { testQemus } from './test-qemus.ts'

const kernel = guestFile('linux-image-cloud-amd64', 'boot', 'vmlinuz-')

describe.each(testQemus)('QEMU $version', (qemu) => {
  test('of several values the first counts, every time', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { machine, run } = await openKernel(qemu, 'exits-twice')
      expect(await run()).toMatchObject({ ending: { kind: 'exit', value: 0x10 } })
      await machine.close()
    }
  })

  test('Linux, which looks for serial ports everywhere, leaves it alone', { timeout: 90_000 }, async () => {
    const exitPort = { port: 0xf4, size: 4 } as const
    const commandLine = 'console=ttyS0 panic=-1'
    const plan = planOfFile(kernel, { exitPort, commandLine, memoryMiB: 256 })
    const { machine, printed } = await openPlan(qemu, plan)
    // Without a root file system it panics, and resets the machine.
    const stop = await machine.run({ deadlineNs: 80_000_000_000n, any: [] })
    expect(printed('com1')).toContain('ttyS0 at I/O 0x3f8')
    expect(printed('com1')).not.toContain('ACPI Error')
    expect(stop).toMatchObject({ why: 'end', ending: { kind: 'reset' } })
    await machine.close()
  })
})
