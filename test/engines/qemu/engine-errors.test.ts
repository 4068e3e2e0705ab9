import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import type { Qemu } from '../../../src/engines/qemu/find-qemu.ts'
import { openKernel } from './open-kernel.ts'
import { testQemus } from './test-qemus.ts'

const directory = mkdtempSync(join(tmpdir(), 'kerneltest engine errors-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** A QEMU that runs `script` first, except when it is asked for its version. */
function wrapped(qemu: Qemu, name: string, script: string): Qemu {
  const path = join(directory, `${name}-${qemu.version}`)
  writeFileSync(path, `#!/bin/sh\ntest "$1" = --version || {\n${script}\n}\nexec '${qemu.path}' "$@"\n`)
  chmodSync(path, 0o755)
  return { ...qemu, path }
}

/** The process id that a wrapped QEMU has written. */
function processId(qemu: Qemu): number {
  return Number(readFileSync(`${qemu.path}.pid`, 'utf8'))
}

const notePid = 'echo $$ >"$0.pid"'

describe.each(testQemus)('QEMU $version', (qemu) => {
  test('a guest that kills QEMU: INT_MIN / -1', async () => {
    const { machine, run, printed } = await openKernel(qemu, 'divide-overflow')
    const stop = await run()
    expect(printed('com1')).toBe('Dividing\r\n')
    expect(stop).toMatchObject({
      why: 'end',
      ending: { kind: 'engineError', code: 'KT3006', detail: 'QEMU was killed by SIGFPE' },
    })
    await expect(machine.registers()).rejects.toThrow('KT3008: QEMU is gone')
    await expect(machine.screen()).rejects.toThrow('KT3008: QEMU is gone')
    await expect(machine.read('physical', 0n, 1)).rejects.toThrow('KT3008: QEMU is gone')
    await expect(machine.write('physical', 0n, new Uint8Array(1))).rejects.toThrow('KT3008: QEMU is gone')
    expect(await run()).toEqual(stop)
    expect((await machine.close()).ending).toEqual(stop.why === 'end' && stop.ending)
  })

  test('QEMU dies in the middle of a run', async () => {
    const noted = wrapped(qemu, 'dies in a run', notePid)
    const { machine, run } = await openKernel(noted, 'busy')
    const stop = run()
    setTimeout(() => process.kill(processId(noted), 'SIGSEGV'), 200)
    expect(await stop).toMatchObject({
      why: 'end',
      ending: { kind: 'engineError', code: 'KT3006', detail: 'QEMU was killed by SIGSEGV' },
    })
    expect(await machine.close()).toMatchObject({
      ending: { kind: 'engineError' },
      screen: null,
      registers: null,
    })
  })

  test('QEMU dies while its machine stands still, and in the middle of a call', async () => {
    const noted = wrapped(qemu, 'dies between runs', notePid)
    const { machine, run } = await openKernel(noted, 'busy')
    process.kill(processId(noted), 'SIGKILL')
    await expect(machine.registers()).rejects.toThrow('KT3008: QEMU is gone')
    expect(await run()).toMatchObject({ ending: { detail: 'QEMU was killed by SIGKILL' } })
    await machine.close()
  })

  test('QEMU no longer answers', async () => {
    const noted = wrapped(qemu, 'falls asleep', notePid)
    const { machine } = await openKernel(noted, 'busy')
    setTimeout(() => process.kill(processId(noted), 'SIGSTOP'), 100)
    expect(await machine.run({ deadlineNs: 300_000_000n, any: [] })).toMatchObject({
      why: 'end',
      ending: { kind: 'engineError', code: 'KT3009', detail: 'QEMU no longer answered and was killed' },
    })
    await machine.close()
  })

  test('somebody ends QEMU', async () => {
    const noted = wrapped(qemu, 'is terminated', notePid)
    const { machine, run } = await openKernel(noted, 'busy')
    setTimeout(() => process.kill(processId(noted), 'SIGTERM'), 100)
    expect(await run()).toMatchObject({
      ending: {
        kind: 'engineError',
        code: 'KT3007',
        detail: 'QEMU ended with status 0',
      },
    })
    await machine.close()
  })

  test('QEMU that does not answer cannot keep a machine from closing', async () => {
    const noted = wrapped(qemu, 'sleeps', notePid)
    const { machine } = await openKernel(noted, 'busy')
    process.kill(processId(noted), 'SIGSTOP')
    expect(await machine.close()).toEqual({
      ending: null,
      screen: null,
      registers: null,
      timeline: null,
      engineLog: '',
    })
    await vi.waitFor(() => expect(() => process.kill(processId(noted), 0)).toThrow('ESRCH'))
  })

  test('an option that QEMU refuses', async () => {
    const refusing = { ...qemu, path: wrapped(qemu, 'refuses', 'set -- "$@" -nonsense').path }
    const error = await openKernel(refusing, 'busy').catch((error: Error) => error)
    expect(`${error}`.replaceAll(/\S*qemu-system-x86_64/g, 'QEMU')).toMatchInlineSnapshot(`
      "KernelTestError: KT3005: QEMU refused to build the machine: QEMU: -nonsense: invalid option
        Check the boot options; most often memory, disks or ports are more than QEMU or this host can do."
    `)
  })

  test('less memory than its firmware needs', async () => {
    const error = await openKernel(qemu, 'busy', { machine: { memoryMiB: 3 } }).catch((reason) => reason)
    expect(`${error}`).toMatchInlineSnapshot(`
      "KernelTestError: KT3017: QEMU's firmware needs a machine with 4 MiB of memory or more, not 3
        Give the machine more memory (option memory), or use the engine embedded."
    `)
  })

  test('more memory than QEMU can have', async () => {
    const machine = { memoryMiB: 1 << 30 }
    const error = await openKernel(qemu, 'busy', { machine }).catch((error: Error) => error)
    expect(`${error}`).toMatch(/^KernelTestError: KT3005: QEMU refused to build the machine: .*memory/is)
  })

  test('a QEMU that ends with status 1 before the guest ran is no exit with value 0', async () => {
    const ending = { ...qemu, path: wrapped(qemu, 'ends at once', 'exit 1').path }
    await expect(openKernel(ending, 'busy')).rejects.toThrow(
      'KT3005: QEMU refused to build the machine: it said nothing',
    )
  })

  test('no file is left behind', async () => {
    const noted = wrapped(qemu, 'tidy', 'pwd >"$0.directory"')
    const { machine, run } = await openKernel(noted, 'greeting')
    const home = readFileSync(`${noted.path}.directory`, 'utf8').trim()
    expect(existsSync(home)).toBe(true)
    await run()
    await machine.close()
    expect(existsSync(home)).toBe(false)
  })
})
