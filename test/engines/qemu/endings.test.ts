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

  test('exit: outputs, registers and screen outlive it', async () => {
    const { machine, run, printed, events } = await openKernel(qemu, 'greeting')
    const stop = await run()
    expect(stop).toMatchObject({ why: 'end', ending: { kind: 'exit', port: 0xf4, value: 0x10, status: 33 } })
    expect(events.at(-1)).toEqual({ kind: 'ending', ending: stop.why === 'end' && stop.ending })
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

  test.each([0x00, 0x01, 0x10, 0x11, 0x7f, 0x80, 0xff])('exit with %d', async (value) => {
    const status = ((value << 1) | 1) & 0xff
    const ending = await endingOf('exit-value', { registers: { rax: BigInt(value) } })
    expect(ending).toMatchObject({ kind: 'exit', port: 0xf4, value, status })
  })

  test('exit through another port and size', async () => {
    const { machine, run } = await openKernel(qemu, 'greeting', {
      ports: { exit: { port: 0x501, size: 1 }, debugConsole: null },
    })
    expect(await run({ on: 'output', port: 'com1', pattern: 'Hello', from: 0 })).toMatchObject({ index: 0 })
    expect(await run()).toMatchObject({ ending: { kind: 'deadHalt' } })
    await machine.close()
    const registers = { rax: 5n, rdx: 0x501n }
    const ports = { exit: { port: 0x501, size: 1 }, debugConsole: null } as const
    expect(await endingOf('exit-to-port', { registers, ports })).toMatchObject({
      kind: 'exit',
      port: 0x501,
      value: 5,
      status: 11,
    })
  })

  test('the first end counts', async () => {
    const { machine, run, printed } = await openKernel(qemu, 'exits-twice')
    expect(await run()).toMatchObject({ ending: { kind: 'exit', value: 0x10, status: 33 } })
    expect(printed('com1')).toBe('')
    await machine.close()
  })

  test('shutdown by ACPI, with and without an exit port', async () => {
    const shutdown = { kind: 'shutdown', by: 'acpi' }
    expect(await endingOf('power-off')).toMatchObject(shutdown)
    expect(await endingOf('power-off', { machine: { shape: 'q35' } })).toMatchObject(shutdown)
    expect(await endingOf('power-off', { ports: { exit: null } })).toMatchObject(shutdown)
  })

  test('a triple fault, at its instruction', async () => {
    expect(await endingOf('triple-fault')).toMatchObject({ kind: 'tripleFault', rip: 0x100007n, chain: [] })
  })

  test.each(['keyboard', 'cf9', 'port92'])('reset by %s', async (by) => {
    expect(await endingOf(`${by}-reset`)).toMatchObject({ kind: 'reset', by })
  })
})
