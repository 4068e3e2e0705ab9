import { describe, expect, test } from 'vitest'
import { openKernel } from './open-kernel.ts'
import { testQemus } from './test-qemus.ts'

describe.each(testQemus)('QEMU $version', (qemu) => {
  test('serial input reaches the guest whole and in order, in more than a pipe holds', async () => {
    const { machine, run, printed } = await openKernel(qemu, 'serial-echo')
    const text = 'the quick brown fox, '.repeat(5000)
    const send = (bytes: string) => machine.input({ to: 'serial', port: 'com1', bytes: Buffer.from(bytes) })
    expect(await run({ on: 'output', port: 'com1', pattern: 'READY\n', from: 0 })).toMatchObject({ index: 0 })
    await send('before')
    expect(printed('com1')).toBe('READY\r\n')
    expect(await run({ on: 'output', port: 'com1', pattern: 'BEFORE', from: 0 })).toMatchObject({ index: 0 })
    await send(text)
    await send('.')
    expect(await run()).toMatchObject({ ending: { kind: 'exit' } })
    expect(printed('com1')).toBe(`READY\r\nBEFORE${text.toUpperCase()}.`)
    await machine.close()
  })
})
