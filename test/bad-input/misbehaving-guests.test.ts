import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { toExit } from '../../matchers/index.ts'
import { describeFaults } from '../../src/observe/describe-faults.ts'
import { describeEnding } from '../../src/observe/expectation.ts'
import { MachinePool } from '../../src/pool/machine-pool.ts'
import { openSession } from '../../src/session/boot.ts'
import { kernel } from '../kernels/build.ts'

const pool = new MachinePool({ threads: 1, whenFull: 'wait' })
afterAll(() => pool.close())

/** The guest `misbehaves`, about to do the misdeed of a letter. */
function guest(letter: string, limit: string, signal?: AbortSignal) {
  const options = { engine: 'embedded', commandLine: letter, limit } as const
  return openSession(kernel('misbehaves'), options, { pool, ...(signal && { signal }) })
}

describe('a guest that misbehaves gets its ending and a report', () => {
  test.each([
    ['jumps to where no memory is', 'a'],
    ['writes everywhere, itself included', 'b'],
    ['writes beyond its memory for ever', 'c'],
    ['loads descriptor tables that are not there', 'd'],
    ['loads page tables that are not there', 'e'],
    ['sets every reserved bit', 'f'],
    ['faults for ever', 'g'],
    ['faults deeper and deeper', 'h'],
    ['prints for ever', 'i'],
    ['writes to every port', 'j'],
    ['has no memory for its stack', 'k'],
  ])('%s', async (_, letter) => {
    const session = await guest(letter, '100ms')
    const ending = await session.end()
    const { outputs, screen, registers } = await session.close()
    // Whoever writes to every port writes to those of the VGA too: what comes of it is its own business.
    expect(letter === 'j' ? ['text', 'graphics'] : ['text']).toContain(screen?.kind)
    expect(registers?.rip).toBeTypeOf('bigint')
    // 1 µs of the guest's time a byte.
    expect(outputs.get('com1')?.bytes.length).toBeLessThan(100_000)
    const around = {
      ending,
      hasRun: true,
      serial: { bytes: new Uint8Array(), text: '' },
      screen,
      failFast: null,
    }
    expect(toExit.judge(ending, around, false).message()).toContain(describeEnding(ending))
    expect([`The guest ${describeEnding(ending)}.`, describeFaults(ending)].join('\n')).toMatchSnapshot()
  })
})

// Of those that nothing ends: `h` comes to its own code in the end.
test.each(['c', 'g', 'i'])('busy with misdeed %s it is aborted within 100 ms', async (letter) => {
  const times: number[] = []
  for (let round = 0; round < 3; round++) {
    const controller = new AbortController()
    const session = await guest(letter, '10m', controller.signal)
    const end = session.end()
    await pause(200)
    const aborted = performance.now()
    controller.abort()
    expect(await end).toMatchObject({ kind: 'engineError', code: 'KT4013' })
    expect((await session.close()).registers).not.toBeNull()
    times.push(performance.now() - aborted)
  }
  // The least: this host may have other things to do.
  expect(Math.min(...times)).toBeLessThan(100)
})
