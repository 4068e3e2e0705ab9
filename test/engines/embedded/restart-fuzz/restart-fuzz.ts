import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { BootPlan } from '../../../../src/boot/plan.ts'
import { planOf } from '../../plans.ts'
import { openPlan } from '../open-embedded.ts'
import { randomSector } from './random-guest.ts'

/** Guest time that each has. */
const limitNs = 1_000_000n
const discBytes = 64 * 2048

export interface RestartTotals {
  readonly guests: number
  /** How many ended how. */
  readonly endings: Readonly<Record<string, number>>
  /** Of all endings, with when they came and the registers then, in the order of the guests' numbers. */
  readonly hash: string
}

/**
 * Guests that do what chance says, one after the other in the same machine, each from a disk of its own.
 * Rejects where a machine or the engine throws.
 */
export async function runGuests(numbers: readonly number[]): Promise<RestartTotals> {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-restarts-'))
  try {
    const outcomes = new Map<number, Outcome>()
    for (const number of numbers) outcomes.set(number, await run(folder, number))
    return totalsOf(outcomes)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Of `ending.ts`, what a guest can come to by itself; or its time is over. */
const known = ['deadline', 'exit', 'shutdown', 'reset', 'tripleFault', 'deadHalt', 'hang']

export function expectKnown({ guests, endings }: RestartTotals): void {
  expect(Object.keys(endings).filter((ending) => !known.includes(ending))).toEqual([])
  expect(Object.values(endings).reduce((sum, count) => sum + count, 0)).toBe(guests)
}

interface Outcome {
  readonly ending: string
  readonly text: string
}

function totalsOf(outcomes: ReadonlyMap<number, Outcome>): RestartTotals {
  const endings: Record<string, number> = {}
  const hash = createHash('sha256')
  for (const number of [...outcomes.keys()].toSorted((one, other) => one - other)) {
    const { ending, text } = outcomes.get(number) ?? { ending: '', text: '' }
    endings[ending] = (endings[ending] ?? 0) + 1
    hash.update(`${number} ${text}\n`)
  }
  return { guests: outcomes.size, endings, hash: hash.digest('hex').slice(0, 16) }
}

async function run(folder: string, number: number): Promise<Outcome> {
  const { machine } = await openPlan(planFor(folder, number))
  const stop = await machine.run({ deadlineNs: limitNs, any: [] })
  const ending = stop.why === 'end' ? stop.ending.kind : stop.why
  const seen = [stop, await machine.registers(), await machine.now()]
  await machine.close()
  return {
    ending,
    text: JSON.stringify(seen, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
  }
}

/** From a floppy disk or a hard disk, with a CD besides, on either shape. */
function planFor(folder: string, number: number): BootPlan {
  const kind = number % 3 === 0 ? 'floppy' : 'disk'
  const path = join(folder, `${number}.img`)
  writeFileSync(path, randomSector(number))
  const disc = join(folder, 'disc.iso')
  writeFileSync(disc, new Uint8Array(discBytes).fill(number))
  return planOf(
    { kind: 'firmware', firmware: 'bios', bootOrder: ['boot'] },
    {
      machine: { memoryMiB: 16, shape: number % 5 === 0 ? 'q35' : 'pc' },
      media: [
        { id: 'boot', kind, path },
        { id: 'cd', kind: 'cdrom', path: disc },
      ],
    },
  )
}
