import { createHash } from 'node:crypto'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { OutputFiles } from '../../../src/engines/qemu/output-files.ts'
import { openKernel } from './open-kernel.ts'
import { testQemus } from './test-qemus.ts'

describe('files that are followed', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kerneltest outputs-'))
  const seen: string[] = []
  const files = new OutputFiles(directory, ['com1', 'debugConsole'], (port, bytes) => {
    seen.push(`${port} ${Buffer.from(bytes)}`)
  })
  const print = (port: string, text: string) => appendFileSync(join(directory, port), text)
  afterEach(() => {
    seen.length = 0
    files.rest()
  })

  test('nothing is handed over before it is asked for', async () => {
    print('com1', 'a')
    await pause(50)
    expect(seen).toEqual([])
    expect(files.drain()).toBe(true)
    expect(seen).toEqual(['com1 a'])
    expect(files.drain()).toBe(false)
  })

  test('what comes after a long silence is seen at once, by port', async () => {
    files.follow()
    await pause(100)
    print('debugConsole', 'x')
    print('com1', 'b')
    await pause(15)
    expect(seen.toSorted()).toEqual(['com1 b', 'debugConsole x'])
    print('com1', 'c')
    await pause(15)
    expect(seen.at(-1)).toBe('com1 c')
  })

  test('more than the buffer holds comes in several pieces', () => {
    print('com1', 'z'.repeat(600_000))
    files.drain()
    expect(seen.length).toBe(3)
    expect(seen.map((piece) => piece.slice('com1 '.length)).join('')).toBe('z'.repeat(600_000))
  })

  test('after the end nothing is read', () => {
    files.close()
    files.close()
    print('com1', 'd')
    expect(files.drain()).toBe(false)
    rmSync(directory, { recursive: true })
  })
})

/** What `serial-flood` prints. */
function flood(): Uint8Array {
  const bytes = new Uint8Array(8 << 20)
  let state = 0
  for (let index = 0; index < bytes.length; index += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[index] = state >>> 24
  }
  return bytes
}

describe.each(testQemus)('QEMU $version', (qemu) => {
  test('a flood of 8 MiB: nothing is lost, nothing comes twice', { timeout: 180_000 }, async () => {
    const { machine, events } = await openKernel(qemu, 'serial-flood')
    const before = process.memoryUsage().arrayBuffers
    const stop = await machine.run({ deadlineNs: 170_000_000_000n, any: [] })
    expect(stop).toMatchObject({ why: 'end', ending: { kind: 'exit', value: 0x10 } })
    const hash = createHash('sha256')
    let length = 0
    for (const event of events) {
      if (event.kind !== 'output') continue
      hash.update(event.bytes)
      length += event.bytes.length
    }
    expect(length).toBe(8 << 20)
    expect(hash.digest('hex')).toBe(createHash('sha256').update(flood()).digest('hex'))
    // The events of this test, the log that the conditions search in, and what that grows by.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20)
    await machine.close()
  })

  test('a machine stands still where it printed what was waited for', async () => {
    const { machine, run, printed } = await openKernel(qemu, 'chatter')
    const play = (from: number) => ({ on: 'output', port: 'com1', pattern: 'play', from }) as const
    const stop = await run(play(0), play(10_000))
    expect(stop).toMatchObject({ why: 'condition', index: 0, match: { start: 16, end: 20 } })
    const first = printed('com1').length
    await pause(100)
    expect(printed('com1').length).toBe(first)
    expect(await machine.now()).toEqual(stop.at)
    expect(await run(play(0))).toEqual(stop)
    expect(await run(play(1_000_000), play(first + 1000))).toMatchObject({ why: 'condition', index: 1 })
    const second = printed('com1').length
    expect(second).toBeGreaterThan(first)
    await pause(100)
    expect(printed('com1').length).toBe(second)
    const lines = printed('com1').split('\r\n')
    expect(new Set(lines.slice(0, -1))).toEqual(new Set(['All work and no play']))
    await machine.close()
  })
})
