import { expect } from 'vitest'
import type { Machine } from '../../../src/engines/engine.ts'
import { embedded, type TestEngine } from '../each-engine.ts'
import type { OpenOptions } from '../plans.ts'
import { atPause, chipDriver } from './chip-script.ts'

/** Numbers that are told in hexadecimal: what is wrong with them, or null. */
type Judge = (told: readonly number[]) => string | null

/** What is to be told: that, or something of that form, or numbers that are judged. */
type Tells = string | RegExp | Judge

/**
 * `quirk`: QEMU does something else, which stands in docs/quirks.md. `exact`: only where time is the guest's
 * own, as a host that stops for a moment makes something else of it.
 */
type Mark = 'quirk' | 'exact'

/** What is done to a chip and what it tells, by its data sheet. */
export type ChipRow = readonly [what: string, tells: Tells, ...steps: readonly (readonly number[] | Mark)[]]

const isSteps = (part: readonly number[] | Mark) => typeof part !== 'string'

/** What a hand does to the machine while the guest waits. */
type Meanwhile = (machine: Machine) => Promise<void>

/** Does all rows in one guest, one after the other; at each `pause` the next of these. */
export async function expectChip(
  engine: TestEngine,
  rows: readonly ChipRow[],
  options: OpenOptions = {},
  meanwhile: readonly Meanwhile[] = [],
): Promise<void> {
  const code = chipDriver(rows.map(([, , ...parts]) => parts.filter(isSteps).flat()))
  const { machine, run, printed } = await engine.openCode(code, options)
  const said = () => printed('debugConsole')
  for (const act of meanwhile) {
    const from = said().length
    await run({ on: 'output', port: 'debugConsole', pattern: atPause, from })
    await act(machine)
    await machine.input({ to: 'serial', port: 'com1', bytes: Uint8Array.of(0) })
  }
  const stop = await run()
  await machine.close()
  const lines = said().replaceAll(atPause, '').split('\n')
  const isExact = engine === embedded
  const wrong = rows.flatMap((row, at) => {
    const [what, tells, ...parts] = row
    const line = (lines[at] ?? 'nothing').trim()
    const fault = faultOf(tells, line)
    if (!isExact && parts.includes('exact')) return []
    if (!isExact && parts.includes('quirk')) {
      const isGone = fault === null && typeof tells === 'string'
      return isGone ? [`${what}: QEMU does as the data sheet says`] : []
    }
    return fault === null ? [] : [`${what}: ${line}, not ${fault}`]
  })
  expect(wrong).toEqual([])
  expect(stop).toMatchObject({ why: 'end', ending: { kind: 'exit', value: 0x10 } })
}

function faultOf(tells: Tells, line: string): string | null {
  if (typeof tells === 'string') return line === tells ? null : tells
  if (tells instanceof RegExp) return tells.test(line) ? null : String(tells)
  return tells(line.split(' ').map((word) => Number.parseInt(word, 16)))
}

export function near(expected: number, within: number): Judge {
  return ([told = Number.NaN]) => (Math.abs(told - expected) <= within ? null : `${expected} ± ${within}`)
}
