import { describe, expect, test } from 'vitest'
import type { Condition, Pattern } from '../../src/observe/condition.ts'
import { bootScript } from './script-guest.ts'

function printed(pattern: Pattern, from = 0): Condition {
  return { on: 'output', port: 'com1', pattern, from }
}

describe('waiting for output', () => {
  test('stops where it matches; the cursor stands behind the match, and the guest stands still', async () => {
    const { session, vm } = await bootScript('AwwwwwwwwB')
    expect(await session.waitFor(printed('line A'))).toEqual({
      came: 'true',
      index: 0,
      match: { start: 0, end: 6 },
    })
    expect(vm.serial.cursor).toBe(6)
    const then = await vm.now()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await vm.now()).toEqual(then)
    expect(vm.serial.lines).toEqual(['line A'])
    expect(await session.waitFor(printed(/line [B-Z]/, vm.serial.cursor))).toMatchObject({ came: 'true' })
    expect(vm.serial.lines[1]).toMatch(/^line B/)
  })

  test('finds what was printed before without running', async () => {
    const { session, vm } = await bootScript('ABww')
    await session.waitFor(printed('line B'))
    const then = await vm.now()
    expect(await session.waitFor(printed('line A'))).toMatchObject({ came: 'true', match: { start: 0 } })
    expect(await vm.now()).toEqual(then)
    expect(vm.serial.cursor).toBe(13)
  })

  test('ends with the run', async () => {
    const { session } = await bootScript('Ax')
    expect(await session.waitFor(printed('line B'))).toMatchObject({
      came: 'ending',
      ending: { kind: 'exit', value: 0x10, status: 33 },
    })
  })

  test('for a key is the business of the other engine', async () => {
    const { vm } = await bootScript('A', { engine: 'qemu' })
    await expect(vm.run({ until: { waitsForKey: true } })).rejects.toThrow(
      'KT3016: the engine qemu does not see a running guest wait for a key, and so cannot wait for that',
    )
  })

  test('ends with the limit, which is an ending of the run', async () => {
    const { session, vm } = await bootScript('A', { limit: '1s' })
    const wait = await session.waitFor(printed('line B'))
    expect(wait).toMatchObject({ came: 'ending', ending: { kind: 'limit', limitNs: 1_000_000_000n } })
    expect(await vm.end()).toBe(vm.ending)
    expect(await session.waitFor(printed('line A'))).toMatchObject({ came: 'true' })
  })

  test('ports have logs and cursors of their own', async () => {
    const { session, vm } = await bootScript('dA')
    await session.waitFor(printed('line A'))
    expect(vm.debugConsole.log.text).toBe('debug\n')
    expect(vm.debugConsole.cursor).toBe(0)
    expect(vm.serial.port('com2').log.text).toBe('')
  })

  test('what is sent arrives when the guest runs', async () => {
    const { session, vm } = await bootScript('A')
    await session.waitFor(printed('line A'))
    await vm.serial.send('Qx')
    expect(vm.serial.lines).toEqual(['line A'])
    expect(await vm.end()).toMatchObject({ kind: 'exit' })
    expect(vm.serial.lines).toEqual(['line A', 'line Q'])
  })
})

describe('fail-fast texts', () => {
  test('end a wait for something else, with the whole line and what follows it', async () => {
    const { session, vm } = await bootScript('Ap')
    expect(await session.waitFor(printed('line B'))).toEqual({
      came: 'failFast',
      port: 'com1',
      pattern: 'panicked at',
      line: "panicked at 'no heap', src/main.rs:7:5",
    })
    expect(vm.serial.lines.at(-1)).toBe('second line')
    expect(vm.ending).toBeNull()
  })

  test.each([['panicked at'], [/panicked at .* src/], ["panicked at 'no heap'"]])(
    'do not end a wait for %s itself',
    async (pattern) => {
      const { session } = await bootScript('Ap')
      expect(await session.waitFor(printed(pattern))).toMatchObject({ came: 'true' })
    },
  )

  test('that the test asked for before are behind the cursor', async () => {
    const { session } = await bootScript('pA')
    await session.waitFor(printed('panicked at'))
    expect(await session.waitFor(printed('line A'))).toMatchObject({ came: 'true' })
  })

  test('do not end a run to its ending', async () => {
    const { vm } = await bootScript('pf')
    expect(await vm.end()).toMatchObject({ kind: 'exit', value: 0x11 })
  })
})

describe('waiting for the screen', () => {
  const show: Condition = { on: 'screen', pattern: { pattern: 'show' }, shown: true }
  const gone: Condition = { on: 'screen', pattern: { pattern: 'show' }, shown: false }

  test('until a text is shown, then until it is gone', async () => {
    const { session, vm } = await bootScript('wwswwwwc')
    expect(await session.waitFor(show)).toMatchObject({ came: 'true' })
    expect((await vm.screen.lines())[2]).toBe('show')
    expect(await session.waitFor(gone)).toMatchObject({ came: 'true' })
    expect((await vm.screen.lines())[2]).toBe('')
  })

  test('a text that is not there now is gone at once', async () => {
    const { session, vm } = await bootScript('A')
    const then = await vm.now()
    expect(await session.waitFor(gone)).toMatchObject({ came: 'true' })
    expect(await vm.now()).toEqual(then)
  })

  test('the last screen counts when the run has ended', async () => {
    const { session } = await bootScript('sx')
    await session.end()
    expect(await session.waitFor(show)).toMatchObject({ came: 'true' })
    expect(await session.waitFor(gone)).toMatchObject({ came: 'ending', ending: { kind: 'exit' } })
  })
})

describe('a still screen', () => {
  test('is waited for after a wait', async () => {
    const { session, vm } = await bootScript('Aswwwx', { settle: '50ms' })
    await session.waitFor(printed('line A'))
    await session.stillScreen()
    expect((await vm.screen.lines())[2]).toBe('show')
  })

  test('is taken at once where `until` paused the guest, and after the end', async () => {
    const { session, vm } = await bootScript('m', { until: { serial: 'line' }, commandLine: 'Am' })
    const then = await vm.now()
    await session.stillScreen()
    expect(await vm.now()).toEqual(then)
  })

  test.each([
    { engine: 'embedded', limit: '300ms', told: 'for 100 ms before the limit of 300 ms' },
    { engine: 'qemu', limit: '2s', told: 'for 250 ms before the limit of 2000 ms' },
  ] as const)('that never comes is an error, on $engine', async ({ engine, limit, told }) => {
    const { session } = await bootScript('Am', { engine, limit })
    await session.waitFor(printed('line A'))
    await expect(session.stillScreen()).rejects.toThrow(`KT4021: the screen did not stand still ${told}\n`)
  })
})
