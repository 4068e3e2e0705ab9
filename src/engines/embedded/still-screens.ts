import { nsAtTick, tickAtNs } from '../../machine/clock.ts'
import type { Machine } from '../../machine/machine.ts'
import type { Condition } from '../../observe/condition.ts'
import { sameScreen } from '../../observe/same-screen.ts'
import type { Screen } from '../../observe/screen.ts'
import { readScreen } from './screen.ts'

interface Waiting {
  readonly index: number
  readonly settleNs: bigint
  frame: Screen
  /** When the next frame is due. */
  due: number
}

/** Conditions that wait for two equal frames, so far apart, from the start of a run on. */
export class StillScreens {
  readonly #machine: Machine
  readonly #waiting: readonly Waiting[]

  constructor(machine: Machine, conditions: readonly Condition[]) {
    this.#machine = machine
    this.#waiting = conditions.flatMap((condition, index) => {
      if (condition.on !== 'stillScreen') return []
      const { settleNs } = condition
      return [{ index, settleNs, frame: readScreen(machine), due: after(machine, settleNs) }]
    })
  }

  /** The tick at which to call {@link met}. */
  get due(): number {
    return Math.min(...this.#waiting.map(({ due }) => due))
  }

  /** The index of the first that holds. */
  met(): number | null {
    const due = this.#waiting.filter((waiting) => waiting.due <= this.#machine.ticks)
    for (const waiting of due) {
      const frame = readScreen(this.#machine)
      if (sameScreen(frame, waiting.frame)) return waiting.index
      waiting.frame = frame
      waiting.due = after(this.#machine, waiting.settleNs)
    }
    return null
  }
}

function after({ ticks }: Machine, ns: bigint): number {
  return tickAtNs(nsAtTick(ticks) + ns)
}
