import { Run } from '../../src/engines/embedded/run.ts'
import type { Machine } from '../../src/machine/machine.ts'
import type { Condition } from '../../src/observe/condition.ts'
import { keysOfPress } from '../../src/observe/keys.ts'
import type { MediaGuest } from '../machine/media-guest.ts'
import type { RealMedium, Step } from './real-media.ts'

/** When keys were pressed, and when it was over, in ticks: enough to do it once more. */
export interface Recording {
  readonly presses: readonly { readonly tick: number; readonly keys: readonly string[] }[]
  readonly tick: number
}

const patienceNs = 60_000_000_000n

const nobody = { check: () => {}, tell: () => {} }

/** Goes through the steps of a medium. */
export async function record(guest: MediaGuest, { steps }: RealMedium): Promise<Recording> {
  const { machine } = guest
  const presses: Recording['presses'][number][] = []
  for (const step of steps) {
    for (const keys of step.press ?? []) press(machine, keys)
    if (step.press) presses.push({ tick: machine.ticks, keys: step.press })
    // It is not waited for: a step that ends the run follows.
    if ('prints' in step) continue
    const deadlineNs = patienceNs
    const result = await new Run(machine, { deadlineNs, any: conditionsOf(step) }, 0xf4, nobody).go()
    if (result.why === 'deadline') throw new Error(`${JSON.stringify(step)} did not come true`)
  }
  return { presses, tick: machine.ticks }
}

function conditionsOf(step: Step): readonly Condition[] {
  return 'shows' in step ? [{ on: 'screen', pattern: step.shows, shown: true }] : []
}

/**
 * Does it once more. At each of `points`, in ticks and ascending, `pause` answers the guest that goes on:
 * this one or another.
 */
export function replay(
  first: MediaGuest,
  { presses, tick }: Recording,
  points: readonly number[] = [],
  pause: (guest: MediaGuest) => MediaGuest = (guest) => guest,
): MediaGuest {
  let guest = first
  const left = [...points]
  const runTo = (target: number) => {
    for (let next = left[0]; next !== undefined && next < target; next = left[0]) {
      left.shift()
      run(guest.machine, next)
      guest = pause(guest)
    }
    run(guest.machine, target)
  }
  for (const { tick: pressedAt, keys } of presses) {
    runTo(pressedAt)
    for (const one of keys) press(guest.machine, one)
  }
  runTo(tick)
  return guest
}

/** What ends the run is where the recording ends. */
function run(machine: Machine, tick: number): void {
  machine.runUntil(tick, Number.POSITIVE_INFINITY)
}

function press(machine: Machine, keys: string): void {
  machine.press(keysOfPress(keys))
}
