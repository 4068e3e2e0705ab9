import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { blogOs } from '../../src/vitest/guest-languages/blog-os.ts'
import { exitCode } from '../../src/vitest/guest-languages/exit-code.ts'
import type { GuestRunner } from '../../src/vitest/guest-run.ts'
import { ImageRun, type ImageRunOptions } from '../../src/vitest/image-run.ts'
import { TaskTree, type TestFilter } from '../../src/vitest/task-tree.ts'

interface Boot {
  /** What the guest prints on its way. */
  readonly log: string
  /** How the run ends; `waits`: it never does by itself; an Error: it could not be run. */
  readonly end: 'well' | 'badly' | 'waits' | Error
}

/** A guest from plain data: one entry for each time it is booted. */
function guest(boots: readonly Boot[]): GuestRunner {
  const left = [...boots]
  return async ({ signal, onText }) => {
    const boot = left.shift()
    if (boot === undefined) throw new Error('booted too often')
    onText(boot.log, 1_000_000n)
    if (boot.end instanceof Error) throw boot.end
    if (boot.end === 'waits') await sleep(60_000, null, { signal }).catch(() => {})
    const stopped = signal.reason instanceof Error ? signal.reason.message : null
    const asExpected = boot.end === 'well'
    const description =
      stopped ?? (asExpected ? 'exited with 0x10 (status 33)' : 'triple-faulted at 0x100020')
    const remains = { serial: { text: boot.log, bytes: Buffer.from(boot.log) }, screen: null }
    return { remains, end: { atNs: 2_000_000n, asExpected, description, faults: '', expected: '' } }
  }
}

/** What Vitest is told, one line a call, and the file's tasks at the end. */
async function run(
  boots: readonly Boot[],
  options: Partial<ImageRunOptions> = {},
  filter: TestFilter = {},
): Promise<{ told: string; tasks: string }> {
  const told: string[] = []
  const names = { id: '1', path: '/kernels/a.elf', name: 'a.elf', project: 'kernels', pool: 'kernel' }
  const tree = new TaskTree({ ...names, testTimeout: 1000, filter })
  const host = {
    queued: async () => void told.push('queued'),
    collected: async (file: { tasks: readonly unknown[] }) =>
      void told.push(`collected, ${file.tasks.length} at the top`),
    updated: async ({ name }: { name: string }, event: string) => void told.push(`${event}: ${name}`),
    printed: ({ name }: { name: string }, text: string) =>
      void told.push(`printed by ${name}: ${JSON.stringify(text)}`),
    knowSource: (path: string) => void told.push(`source ${path}`),
  }
  await new ImageRun(tree, host, {
    language: blogOs,
    guest: guest(boots),
    retry: 0,
    testTimeout: 0,
    collectOnly: false,
    sourceRoot: '/kernels',
    signal: new AbortController().signal,
    keep: async ({ name }) => void told.push(`kept: ${name}`),
    ...options,
  }).run()
  return { told: told.join('\n'), tasks: outline(tree.file, '') }
}

type Outline = {
  name: string
  mode: string
  result?: { state?: string; errors?: { message: string }[]; retryCount?: number; note?: string } | undefined
  tasks?: Outline[]
}

function outline(task: Outline, indent: string): string {
  const { state = 'no result', errors = [], retryCount = 0, note } = task.result ?? {}
  const retries = retryCount > 0 ? `, retried ${retryCount}` : ''
  const lines = [`${indent}${task.name}: ${state}${retries}${note === undefined ? '' : ` (${note})`}`]
  for (const { message } of errors) lines.push(`${indent}  ! ${message}`)
  return [...lines, ...(task.tasks ?? []).map((child) => outline(child, `${indent}  `))].join('\n')
}

const passing = 'booting\nRunning 2 tests\na::one...\thello\n[ok]\na::b::two...\t[ok]\n'

test('what Vitest is told of tests that pass, in order', async () => {
  expect((await run([{ log: passing, end: 'well' }])).told).toMatchInlineSnapshot(`
    "queued
    collected, 1 at the top
    suite-prepare: a.elf
    suite-prepare: a
    test-prepare: one
    printed by a.elf: "booting\\n"
    printed by one: "hello\\n"
    test-finished: one
    suite-prepare: b
    test-prepare: two
    test-finished: two
    suite-finished: b
    suite-finished: a
    suite-finished: a.elf"
  `)
})

test('a guest that dies in its second test of three', async () => {
  const { told, tasks } = await run([
    { log: 'Running 3 tests\none...\t[ok]\ntwo...\tso far\n', end: 'badly' },
  ])
  expect(tasks).toMatchInlineSnapshot(`
    "a.elf: fail
      one: pass
      two: fail
        ! The guest triple-faulted at 0x100020 during this test.
      (1 test not run): skip (the guest triple-faulted at 0x100020)"
  `)
  expect(told).toContain('kept: two\ntest-finished: two')
})

test('a guest that dies after its tests fails its file', async () => {
  expect((await run([{ log: passing, end: 'badly' }])).tasks).toMatchInlineSnapshot(`
    "a.elf: fail
      ! All tests passed, but then the guest triple-faulted at 0x100020.
      a: pass
        one: pass
        b: pass
          two: pass"
  `)
})

test('a panic has its place in the source', async () => {
  const log = 'Running 1 tests\none...\t[failed]\nError: panicked at src/lib.rs:3:5:\nno\n'
  const { told, tasks } = await run([{ log, end: 'badly' }])
  expect(tasks).toContain('! no')
  expect(told).toContain('source /kernels/src/lib.rs')
})

test('a retry boots again; what passed before stays as it was', async () => {
  const first = { log: 'Running 3 tests\none...\t[ok]\ntwo...\t', end: 'badly' } as const
  const second = {
    log: 'Running 3 tests\none...\t[ok]\ntwo...\t[ok]\nthree...\t[ok]\n',
    end: 'well',
  } as const
  const { told, tasks } = await run([first, second], { retry: 2 })
  expect(tasks).toMatchInlineSnapshot(`
    "a.elf: pass
      one: pass
      two: pass, retried 1
        ! The guest triple-faulted at 0x100020 during this test.
      three: pass"
  `)
  expect(told.match(/test-prepare: one/g)).toHaveLength(1)
  expect(told).toContain('test-retried: two')
})

test('retries end when they are used up', async () => {
  const boot = { log: 'Running 1 tests\none...\t', end: 'badly' } as const
  expect((await run([boot, boot], { retry: 1 })).tasks).toMatchInlineSnapshot(`
    "a.elf: fail
      one: fail, retried 1
        ! The guest triple-faulted at 0x100020 during this test.
        ! The guest triple-faulted at 0x100020 during this test."
  `)
})

test('a run that fails as a whole is retried too', async () => {
  const { tasks } = await run(
    [
      { log: passing, end: 'badly' },
      { log: passing, end: 'well' },
    ],
    { retry: 1 },
  )
  expect(tasks).toMatchInlineSnapshot(`
    "a.elf: pass
      a: pass
        one: pass
        b: pass
          two: pass"
  `)
})

test('a test that takes too long ends the guest', async () => {
  const { tasks } = await run([{ log: 'Running 2 tests\none...\t', end: 'waits' }], { testTimeout: 50 })
  expect(tasks).toMatchInlineSnapshot(`
    "a.elf: fail
      one: fail
        ! The guest was stopped by the time-out of 50 ms during this test.
      (1 test not run): skip (the guest was stopped by the time-out of 50 ms)"
  `)
})

test('cancelling ends the guest; nothing fails by it', async () => {
  const cancel = new AbortController()
  setTimeout(() => cancel.abort(new Error('was cancelled')), 50)
  const { tasks } = await run([{ log: 'Running 2 tests\none...\t', end: 'waits' }], { signal: cancel.signal })
  expect(tasks).toMatchInlineSnapshot(`
    "a.elf: skip
      one: skip (cancelled)
      (1 test not run): skip (the guest was cancelled)"
  `)
})

test('an image that cannot be booted fails its file', async () => {
  expect((await run([{ log: '', end: new Error('KT1002: no such image') }])).tasks).toMatchInlineSnapshot(`
    "a.elf: fail
      ! KT1002: no such image"
  `)
})

test('a guest that tells of no test fails its file', async () => {
  expect((await run([{ log: 'Running 0 tests\n', end: 'well' }])).tasks).toMatchInlineSnapshot(`
    "a.elf: fail
      ! The guest reported no tests."
  `)
})

test('-t leaves tests out, by any way to join their names', async () => {
  for (const pattern of [/a b two/, /a > b > two/, /b::two/]) {
    const { tasks } = await run([{ log: passing, end: 'well' }], {}, { testNamePattern: pattern })
    expect(tasks).toBe('a.elf: pass\n  a: pass\n    one: no result\n    b: pass\n      two: pass')
  }
})

test('tests known beforehand are not run when all are left out', async () => {
  const { tasks } = await run([], { language: exitCode }, { testNamePattern: /other/ })
  expect(tasks).toBe('a.elf: skip\n  ends as expected: no result')
})

test('collecting boots the image for the names alone', async () => {
  const { told, tasks } = await run([{ log: passing, end: 'badly' }], { collectOnly: true })
  expect(told).toMatchInlineSnapshot(`
    "queued
    collected, 1 at the top"
  `)
  expect(tasks).toBe(
    'a.elf: no result\n  a: no result\n    one: no result\n    b: no result\n      two: no result',
  )
})

test('a flood of output is cut for Vitest and says so', async () => {
  const log = `Running 1 tests\none...\t\n${`${'y'.repeat(1000)}\n`.repeat(600)}`
  const { told } = await run([{ log: `${log}[ok]\n`, end: 'well' }])
  expect(told.length).toBeLessThan(400_000)
  expect(told).toContain('[kerneltest: more output follows; it is in the serial log]')
})

test('a guest with many tests is announced a few times only', async () => {
  const lines = Array.from({ length: 500 }, (_, index) => `many::test_${index}...\t[ok]\n`)
  const { told, tasks } = await run([{ log: `Running 500 tests\n${lines.join('')}`, end: 'well' }])
  expect(told.match(/^collected/gm)).toHaveLength(1)
  expect(tasks.match(/: pass$/gm)).toHaveLength(502)
})
