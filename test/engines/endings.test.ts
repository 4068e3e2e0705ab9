import { describe, expect, test } from 'vitest'
import { eachEngine, type TestEngine } from './each-engine.ts'
import { finalEnding } from './final-ending.ts'

/** 32-bit code that resets the machine and, should it go on, comes to a triple fault by INT3. */
const resetThenFault = {
  // mov al,0xfe; out 0x64,al
  keyboard: [0xb0, 0xfe, 0xe6, 0x64, 0xcc],
  // mov dx,0xcf9; mov al,2; out dx,al; mov al,6; out dx,al
  cf9: [0x66, 0xba, 0xf9, 0x0c, 0xb0, 0x02, 0xee, 0xb0, 0x06, 0xee, 0xcc],
  // in al,0x92; or al,1; out 0x92,al
  port92: [0xe4, 0x92, 0x0c, 0x01, 0xe6, 0x92, 0xcc],
} as const

describe.each(eachEngine)('$name', ({ isExact, openKernel, openCode }) => {
  const endingOf = async (...how: Parameters<TestEngine['openKernel']>) =>
    finalEnding(await openKernel(...how))

  test('exit: outputs, registers and screen outlive it', async () => {
    const { machine, run, printed, events } = await openKernel('greeting')
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

  test('exit through another port and size; nobody listens elsewhere', async () => {
    const ports = { exit: { port: 0x501, size: 1 }, debugConsole: null } as const
    const { machine, run } = await openKernel('greeting', { ports })
    expect(await run({ on: 'output', port: 'com1', pattern: 'Hello', from: 0 })).toMatchObject({ index: 0 })
    expect(await run()).toMatchObject({ ending: { kind: 'deadHalt' } })
    await machine.close()
    const registers = { rax: 0x1234_5605n, rdx: 0x501n }
    const ending = { kind: 'exit', port: 0x501, value: 5, status: 11 }
    expect(await endingOf('exit-to-port', { registers, ports })).toMatchObject(ending)
    const none = { exit: null, debugConsole: null }
    expect(await endingOf('exit-to-port', { registers, ports: none })).toMatchObject({ kind: 'deadHalt' })
  })

  test('the first end counts, and nothing happens after it', async () => {
    const { machine, run, printed } = await openKernel('exits-twice')
    expect(await run()).toMatchObject({ ending: { kind: 'exit', value: 0x10, status: 33 } })
    expect(printed('com1')).toBe('')
    await machine.close()
  })

  test('the power is switched off by ACPI, with and without an exit port', async () => {
    const shutdown = { kind: 'shutdown', by: 'acpi' }
    expect(await endingOf('power-off')).toMatchObject(shutdown)
    expect(await endingOf('power-off', { machine: { shape: 'q35' } })).toMatchObject(shutdown)
    expect(await endingOf('power-off', { ports: { exit: null } })).toMatchObject(shutdown)
  })

  test.each(['keyboard', 'cf9', 'port92'])('reset by %s', async (by) => {
    expect(await endingOf(`${by}-reset`)).toMatchObject({ kind: 'reset', by })
  })

  test.each(['keyboard', 'cf9', 'port92'] as const)('reset by %s, with a fault behind it', async (by) => {
    expect(await finalEnding(await openCode(resetThenFault[by]))).toMatchObject({ kind: 'reset', by })
  })

  test('a triple fault with the address of the reset port at hand', async () => {
    // mov dx,0xcf9; mov al,6; int3
    const code = [0x66, 0xba, 0xf9, 0x0c, 0xb0, 0x06, 0xcc]
    expect(await finalEnding(await openCode(code))).toMatchObject({ kind: 'tripleFault', rip: 0x100006n })
  })

  test('a triple fault, at its instruction', async () => {
    expect(await endingOf('triple-fault')).toMatchObject({ kind: 'tripleFault', rip: 0x100007n })
  })

  test.each([
    ['dead-halt', { kind: 'deadHalt', rip: 0x100012n }],
    ['self-jump', { kind: 'hang', proof: { rip: 0x100001n, bytes: Uint8Array.of(0xeb, 0xfe) } }],
    ['pause-loop', { kind: 'hang', proof: { rip: 0x100001n } }],
  ])('%s can never go on: known within a second, or two milliseconds', async (name, ending) => {
    const { machine, run } = await openKernel(name)
    const stop = await run()
    expect(stop).toMatchObject({ why: 'end', ending })
    expect(stop.at.ns).toBeLessThan(isExact ? 2_000_000n : 2_000_000_000n)
    expect(await machine.registers()).toMatchObject({ halted: ending.kind === 'deadHalt' })
    await machine.close()
  })

  test('text printed just before a dead halt is met first', async () => {
    const { machine, run } = await openKernel('dead-halt')
    const text = { on: 'output', port: 'com1', pattern: 'for good', from: 0 } as const
    expect(await run(text)).toMatchObject({ why: 'condition' })
    expect(await run()).toMatchObject({ ending: { kind: 'deadHalt' } })
    await machine.close()
  })
})
