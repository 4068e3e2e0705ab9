import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { afterAll, describe, expect, test } from 'vitest'
import { kernelPlan } from '../plans.ts'
import { testQemus } from './test-qemus.ts'

const directory = mkdtempSync(join(tmpdir(), 'kerneltest watcher-'))
afterAll(() => rmSync(directory, { recursive: true }))

const owner = new URL('./machine-owner.mjs', import.meta.url)
/** `idle` prints, then sleeps; it would run for ever. */
const plan = kernelPlan('idle')

describe.each(testQemus)('QEMU $version', (qemu) => {
  /** A QEMU that writes down its process id and its directory. */
  const noting = (name: string) => {
    const path = join(directory, `${name}-${qemu.version}`)
    const note = `test "$1" = --version || { echo $$ >'${path}.pid'; pwd >'${path}.directory'; }`
    writeFileSync(path, `#!/bin/sh\n${note}\nexec '${qemu.path}' "$@"\n`)
    chmodSync(path, 0o755)
    return path
  }
  const expectAllGone = async (path: string) => {
    const pid = Number(readFileSync(`${path}.pid`, 'utf8'))
    const home = readFileSync(`${path}.directory`, 'utf8').trim()
    await within2Seconds(() => !isRunning(pid))
    await within2Seconds(() => !existsSync(home))
  }

  test('nothing is left when the process that owns a machine is killed', async () => {
    const path = noting('killed')
    const env = { ...process.env, KERNELTEST_QEMU: path }
    const child = fork(owner, { env, serialization: 'advanced' })
    child.send(plan)
    await once(child, 'message')
    child.kill('SIGKILL')
    await ended(child)
    await expectAllGone(path)
  })

  test('nothing is left when the thread that owns a machine is terminated', async () => {
    const path = noting('terminated')
    const worker = new Worker(owner, { env: { ...process.env, KERNELTEST_QEMU: path } })
    worker.postMessage(plan)
    await once(worker, 'message')
    await worker.terminate()
    await expectAllGone(path)
  })

  test('an interrupt from the terminal does not reach QEMU', async () => {
    const path = noting('interrupted')
    const child = fork(owner, {
      env: { ...process.env, KERNELTEST_QEMU: path },
      serialization: 'advanced',
      detached: true,
    })
    child.send(plan)
    await once(child, 'message')
    process.kill(-(child.pid ?? 0), 'SIGINT')
    await pause(200)
    expect(isRunning(Number(readFileSync(`${path}.pid`, 'utf8')))).toBe(true)
    child.kill('SIGKILL')
    await ended(child)
    await expectAllGone(path)
  })
})

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/**
 * A thread that was terminated collects no child, which then stays as a zombie for as long as the process
 * lives.
 */
function isRunning(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' }).startsWith('Z')
  } catch {
    return false
  }
}

async function within2Seconds(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 2000
  while (!condition() && performance.now() < deadline) await pause(10)
  expect(condition()).toBe(true)
}
