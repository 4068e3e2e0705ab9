import { expect, test } from 'vitest'
import { slowLimit } from '../../src/cli/progress.ts'
import type { Ending } from '../../src/observe/ending.ts'
import { kernel } from '../kernels/build.ts'
import { kerneltest } from './command.ts'

/** Of a guest that is busy for ever. */
const busy = (...options: string[]) => ['run', kernel('script'), '--cmdline', 'A', ...options]

test.each(['embedded', 'qemu'])(
  'who waits for long is told that the guest runs, on %s',
  { timeout: 60_000 },
  async (engine) => {
    const { status, stdout, stderr } = await kerneltest(busy('--engine', engine, '--limit', '10m'), {
      onError: (text, kill) => text.endsWith('its limit\n') && kill('SIGINT'),
    })
    expect([status, stdout]).toEqual([130, 'line A\n'])
    expect(stderr.split('\n')[0]).toBe(
      'kerneltest: note: the guest still runs after 10 s; 600 s of its own time are its limit',
    )
  },
)

test('who does not is told nothing', async () => {
  const { stderr } = await kerneltest(
    busy('--engine', 'embedded', '--limit', '20ms', '--expect', 'limit=busy'),
  )
  expect(stderr).toBe('kerneltest: ok: the guest reached its time limit of 0.02 s while it was busy\n')
})

test('a limit that took long is told with a way to wait less', () => {
  const at = { instructions: 1n, ns: 30_000_000_000n }
  const limit: Ending = { kind: 'limit', at, limitNs: at.ns, detail: 'busy' }
  expect(slowLimit(limit, 94_600)).toBe(
    '30 s of guest time took 95 s here; a guest that is busy for ever is seen to be so by --limit 2s',
  )
  expect(slowLimit(limit, 31_000)).toBeNull()
  expect(slowLimit({ ...limit, limitNs: 1_000_000_000n }, 4000)).toBeNull()
  expect(slowLimit({ kind: 'shutdown', by: 'acpi', at }, 94_600)).toBeNull()
})

test('KERNELTEST_LIMIT is the limit of a run that names none', async () => {
  const under = (limit: string, ...options: string[]) =>
    kerneltest(busy('--engine', 'embedded', '--expect', 'limit', ...options), {
      env: { KERNELTEST_LIMIT: limit },
    })
  expect((await under('20ms')).stderr).toContain('its time limit of 0.02 s')
  expect((await under('20ms', '--limit', '30ms')).stderr).toContain('its time limit of 0.03 s')
  const { status, stderr } = await under('soon')
  expect([status, stderr]).toMatchInlineSnapshot(`
    [
      2,
      "kerneltest: KT4002: \`KERNELTEST_LIMIT\` cannot be "soon"
      Give milliseconds as a number, or a text as \`500ms\`, \`30s\`, \`2m\`.
    ",
    ]
  `)
})
