import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Condition } from '../../../src/observe/condition.ts'
import { rowOf } from '../../../src/observe/text-screen.ts'
import { openCode, openKernel } from './open-embedded.ts'

const shown = (pattern: string | RegExp, more: object = {}): Condition => ({
  on: 'screen',
  pattern: { pattern, ...more },
  shown: true,
})
const printed = (pattern: string, from = 0): Condition => ({ on: 'output', port: 'com1', pattern, from })
const still = (ms: number): Condition => ({ on: 'stillScreen', settleNs: BigInt(ms) * 1_000_000n })

test('to a number of instructions, exactly', async () => {
  const { machine, run } = await openKernel('busy')
  for (const count of [1n, 2n, 1_000n, 3_457n]) {
    const stop = await run({ on: 'instructions', count })
    expect(stop).toMatchObject({ why: 'condition', index: 0, at: { instructions: count } })
  }
  expect(await run({ on: 'instructions', count: 5n })).toMatchObject({ at: { instructions: 3_457n } })
  await machine.close()
})

test('to the byte that completes a text, and no instruction further', async () => {
  const { machine, run, printed: text } = await openKernel('chatter')
  const first = await run(printed('work'))
  expect(first).toMatchObject({ why: 'condition', index: 0, match: { start: 4, end: 8 } })
  expect(text('com1')).toBe('All work')
  expect(await run(printed('dull'), printed('play', 8))).toMatchObject({ index: 1 })
  expect(text('com1')).toBe('All work and no play')
  // What was printed already is found without running.
  const at = await machine.now()
  expect(await run(printed('no'))).toEqual({ why: 'condition', index: 0, match: { start: 13, end: 15 }, at })
  await machine.close()
})

test('what is printed is told while the guest runs, at whole milliseconds', async () => {
  // mov dx, 0x3f8; mov al, 'A'; out dx, al; inc eax in a loop
  const code = [0x66, 0xba, 0xf8, 0x03, 0xb0, 0x41, 0xee, 0x40, 0xeb, 0xfd]
  const { machine, events, run } = await openCode(code)
  await run({ on: 'instructions', count: 9_000_000n })
  const told = events.filter(({ kind }) => kind === 'output')
  expect(told).toMatchObject([{ port: 'com1', bytes: Uint8Array.of(0x41), at: { ns: 1_000_000n } }])
  await machine.close()
})

describe('screens', () => {
  test('what shows is seen at a whole millisecond', async () => {
    // mov dword [0xb8000], "O", "K"; inc eax in a loop
    const code = [0xc7, 0x05, 0x00, 0x80, 0x0b, 0x00, 0x4f, 0x0a, 0x4b, 0x0c, 0x40, 0xeb, 0xfd]
    const { machine, run } = await openCode(code)
    const stop = await run(shown('NO'), shown('OK', { row: 0 }))
    expect(stop).toMatchObject({ why: 'condition', index: 1, at: { ns: 1_000_000n } })
    expect(await run(shown('OK'))).toMatchObject({ at: stop.at })
    const settled = await run(still(7))
    expect(settled).toMatchObject({ why: 'condition', index: 0, at: { ns: 8_000_000n } })
    await machine.close()
  })

  test('what an idle guest shows', async () => {
    // mov al, 0xff; out 0x21, al; out 0xa1, al; sti; mov dword [0xb8000], "O", "K"; hlt
    const code = [
      0xb0, 0xff, 0xe6, 0x21, 0xe6, 0xa1, 0xfb, 0xc7, 0x05, 0x00, 0x80, 0x0b, 0x00, 0x4f, 0x0a, 0x4b, 0x0c,
      0xf4,
    ]
    const { machine, run } = await openCode(code)
    expect(await run(shown('OK'))).toMatchObject({ why: 'condition', at: { ns: 1_000_000n } })
    expect(await run(still(5))).toMatchObject({ why: 'condition', at: { ns: 6_000_000n } })
    expect(await run(shown('NO'))).toMatchObject({ why: 'deadline', activity: 'idle' })
    const screen = await machine.screen()
    expect(screen).toMatchObject({ kind: 'text', columns: 80, rows: 25, cursor: { row: 0, column: 0 } })
    expect(screen.kind === 'text' && rowOf(screen, 0).trimEnd()).toBe('OK')
    await machine.close()
  })
})

test('to a deadline, which counts guest time', async () => {
  // inc eax, for ever
  const { machine } = await openCode([0x40, 0xeb, 0xfd])
  expect(await machine.now()).toEqual({ instructions: 0n, ns: 0n })
  const first = await machine.run({ deadlineNs: 3_500_000n, any: [] })
  expect(first).toEqual({
    why: 'deadline',
    activity: 'busy',
    at: { instructions: 3_507_955n, ns: 3_500_000n },
  })
  await pause(20)
  expect(await machine.now()).toEqual(first.at)
  expect(await machine.run({ deadlineNs: 3_500_000n, any: [] })).toEqual(first)
  await machine.close()
})

test('where a run is cut changes nothing', async () => {
  const whole = await openKernel('chatter')
  const end = await whole.machine.run({ deadlineNs: 2_000_000n, any: [] })
  const cut = await openKernel('chatter')
  for (const ns of [1n, 999n, 1_000n, 400_001n, 1_000_000n, 1_000_001n, 2_000_000n]) {
    await cut.machine.run({ deadlineNs: ns, any: [] })
  }
  expect(await cut.machine.now()).toEqual(end.at)
  expect(await cut.machine.registers()).toEqual(await whole.machine.registers())
  expect(cut.printed('com1')).toBe(whole.printed('com1'))
  await Promise.all([whole.machine.close(), cut.machine.close()])
})

test('a guest that polls a port sees time pass', async () => {
  // rdtsc; mov ebx, eax; in al, 0x64; rdtsc; sub eax, ebx; hlt
  const { machine } = await openCode([0x0f, 0x31, 0x89, 0xc3, 0xe4, 0x64, 0x0f, 0x31, 0x29, 0xd8, 0xf4])
  await machine.run({ deadlineNs: 1_000_000n, any: [] })
  expect((await machine.registers()).rax).toBe(1003n)
  expect((await machine.now()).instructions).toBe(6n)
  // in al, 0x64, for ever: a look each millisecond comes behind an access, not in it.
  const polls = await openCode([0xe4, 0x64, 0xeb, 0xfc])
  const { at } = await polls.machine.run({ deadlineNs: 10_000_000n, any: [] })
  expect(at.instructions).toBeLessThan(21_000n)
  expect(at.ns).toBeGreaterThanOrEqual(10_000_000n)
  expect(at.ns).toBeLessThan(10_002_000n)
  await Promise.all([machine.close(), polls.machine.close()])
})

test('a guest reads 256 KiB from its serial line, and echoes them', async () => {
  const { machine, run, printed: text } = await openKernel('serial-echo')
  await run(printed('READY\n'))
  const lines = Array.from({ length: 1 << 14 }, (_, line) => `${line}\n`.padStart(16, '0')).join('')
  await machine.input({ to: 'serial', port: 'com1', bytes: Buffer.from(`${lines}.`) })
  expect(await run()).toMatchObject({ ending: { kind: 'exit', value: 0x10 } })
  expect(text('com1') === `READY\r\n${lines}.`).toBe(true)
  await machine.close()
}, 120_000)
