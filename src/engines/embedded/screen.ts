import type { Machine } from '../../machine/machine.ts'
import type { Condition } from '../../observe/condition.ts'
import { sameScreen } from '../../observe/same-screen.ts'
import type { GraphicsScreen, Screen } from '../../observe/screen.ts'
import { metOnScreen } from '../../observe/screen-conditions.ts'

/** What the VGA shows: cells in text modes, pixels in all others. */
export function readScreen(machine: Machine): Screen {
  const { text } = machine.display
  return text ? { kind: 'text', ...text } : readFrame(machine)
}

/** The same in pixels, whatever the mode. */
export function readFrame({ display }: Machine): GraphicsScreen {
  const { width, height, rgba } = display.pixels
  return { kind: 'graphics', width, height, pixels: rgba }
}

/** The same without pixels: no condition looks at them. */
function readCells({ display }: Machine): Screen {
  const { text } = display
  return text ? { kind: 'text', ...text } : noCells
}

const noCells: Screen = { kind: 'graphics', width: 0, height: 0, pixels: new Uint8Array() }

/** Judges screen conditions; looks at the cells again only where some have changed. */
export class ScreenConditions {
  readonly #machine: Machine
  readonly #conditions: readonly Condition[]
  #judged: Screen | null = null

  constructor(machine: Machine, conditions: readonly Condition[]) {
    this.#machine = machine
    this.#conditions = conditions.some(({ on }) => on === 'screen') ? conditions : []
  }

  /** Whether cells have changed since the conditions were judged. */
  get isStale(): boolean {
    return this.#newCells() !== null
  }

  /** The index of the first that holds. */
  met(): number | null {
    const screen = this.#newCells()
    if (screen === null) return null
    this.#judged = screen
    return metOnScreen(this.#conditions, screen)
  }

  /** Null where they are those that were judged. */
  #newCells(): Screen | null {
    if (this.#conditions.length === 0) return null
    const screen = readCells(this.#machine)
    return this.#judged !== null && sameScreen(this.#judged, screen) ? null : screen
  }
}
