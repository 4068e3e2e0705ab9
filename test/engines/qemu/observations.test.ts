import { describe, expect, test } from 'vitest'
import { openKernel } from './open-kernel.ts'
import { testQemus } from './test-qemus.ts'

/** `busy` counts at 100001h; its counter follows its code. */
const count = 0x100001n
const counter = 0x100009n

describe.each(testQemus)('QEMU $version', (qemu) => {
  test('to an address, turn by turn, with registers and memory as they are there', async () => {
    const { machine, run } = await openKernel(qemu, 'busy')
    for (const turn of [0, 1, 2]) {
      expect(await run({ on: 'address', linear: 0x200000n }, { on: 'address', linear: count })).toMatchObject(
        {
          why: 'condition',
          index: 1,
        },
      )
      expect(await machine.registers()).toMatchObject({ rip: count, cpl: 0, halted: false })
      expect([...(await machine.read('physical', counter, 4))]).toEqual([turn, 0, 0, 0])
    }
    await machine.close()
  })

  test('what was written is what the guest goes on with', async () => {
    const { machine, run } = await openKernel(qemu, 'busy')
    await run({ on: 'address', linear: count })
    await machine.write('linear', counter, Uint8Array.of(0xff, 0xff, 0, 0))
    await run({ on: 'address', linear: count })
    expect([...(await machine.read('linear', counter, 4))]).toEqual([0, 0, 1, 0])
    // An endless loop in place of the count: the machine knows that it is over.
    await machine.write('physical', count, Uint8Array.of(0xeb, 0xfe))
    expect(await run()).toMatchObject({ why: 'end', ending: { kind: 'hang', proof: { rip: count } } })
    await machine.close()
  })

  test('an address that is never reached', async () => {
    const { machine } = await openKernel(qemu, 'busy')
    const any = [{ on: 'address', linear: 0x200000n }] as const
    expect(await machine.run({ deadlineNs: 700_000_000n, any })).toMatchObject({
      why: 'deadline',
      activity: 'busy',
    })
    expect(await machine.run({ deadlineNs: 800_000_000n, any: [] })).toMatchObject({ why: 'deadline' })
    await machine.close()
  })
})
