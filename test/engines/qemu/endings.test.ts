import { describe, expect, test } from 'vitest'
import { openKernel } from './open-kernel.ts'
import { testQemus } from './test-qemus.ts'

describe.each(testQemus)('QEMU $version', (qemu) => {
  const endingOf = async (...how: [kernel: string, options?: Parameters<typeof openKernel>[2]]) => {
    const { machine, run } = await openKernel(qemu, ...how)
    const stop = await run()
    const { ending, screen, registers } = await machine.close()
    expect(stop).toEqual({ at: ending?.at, why: 'end', ending })
    expect(screen).not.toBeNull()
    expect(registers).not.toBeNull()
    return ending
  }

  test('shutdown by ACPI, with and without an exit port', async () => {
    const shutdown = { kind: 'shutdown', by: 'acpi' }
    expect(await endingOf('power-off')).toMatchObject(shutdown)
    expect(await endingOf('power-off', { machine: { shape: 'q35' } })).toMatchObject(shutdown)
    expect(await endingOf('power-off', { ports: { exit: null } })).toMatchObject(shutdown)
  })
})
