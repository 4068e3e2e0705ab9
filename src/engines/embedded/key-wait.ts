import { tickAtNs } from '../../machine/clock.ts'
import type { Machine } from '../../machine/machine.ts'
import { sameScreen } from '../../observe/same-screen.ts'
import type { Screen } from '../../observe/screen.ts'
import { readScreen } from './screen.ts'

/** For so long the screen of a guest stands still that looks for a key and does nothing else. */
const settleTicks = tickAtNs(100_000_000n)

interface Seen {
  readonly screen: Screen
  /** When it is compared. */
  readonly due: number
  /** It was the same a settling time before. */
  readonly isStill: boolean
}

/**
 * Whether a guest waits for a key: in a call of the BIOS, or by looking for one over and over with nothing
 * sent, printed or read meanwhile and no change of the screen.
 */
export class KeyWait {
  readonly #machine: Machine
  #seen: Seen | null = null

  constructor(machine: Machine) {
    this.#machine = machine
  }

  /** To be called at every look. */
  judge(): boolean {
    const { awaitsKey, looksForKey, ticks } = this.#machine
    if (!looksForKey) {
      this.#seen = null
      return awaitsKey
    }
    if (this.#seen === null || ticks >= this.#seen.due) {
      const screen = readScreen(this.#machine)
      const isStill = this.#seen !== null && sameScreen(this.#seen.screen, screen)
      this.#seen = { screen, due: ticks + settleTicks, isStill }
    }
    return this.#seen.isStill
  }
}
