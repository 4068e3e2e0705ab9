import { describe, expect, test } from 'vitest'
import { openKernel } from './open-kernel.ts'
import { testQemus } from './test-qemus.ts'

describe.each(testQemus)('QEMU $version', (qemu) => {
  test('exit', async () => {
    const { machine, run, printed } = await openKernel(qemu, 'greeting')
    const stop = await run()
    expect(stop).toMatchObject({ why: 'end', ending: { kind: 'exit', port: 0xf4, value: 0x10, status: 33 } })
    expect(printed('com1')).toBe('Hello\r\n')
    expect(printed('debugConsole')).toBe('D')
    expect((await machine.registers()).rbx).toBe(0xcafen)
    const screen = await machine.screen()
    expect(screen.kind === 'text' && Buffer.from(screen.codes.subarray(0, 2)).toString()).toBe('OK')
    expect(await run()).toEqual(stop)
    const recording = await machine.close()
    expect(recording).toMatchObject({ ending: { kind: 'exit' }, screen, engineLog: '' })
    expect(await machine.close()).toBe(recording)
  })
})
