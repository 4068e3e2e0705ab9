import { textMemory } from '../../machine/layout.ts'
import type { Machine } from '../../machine/machine.ts'
import type { Condition } from '../../observe/condition.ts'
import type { TextScreen } from '../../observe/screen.ts'
import { metOnScreen } from '../../observe/screen-conditions.ts'

const { columns, rows } = textMemory
const shownBytes = columns * rows * 2

/** The text screen. Its cursor stands at home: the registers that would move it are not there yet. */
export function readScreen(machine: Machine): TextScreen {
  return screenOf(shownMemory(machine))
}

function screenOf(memory: Uint8Array): TextScreen {
  const codes = new Uint8Array(columns * rows)
  const attributes = new Uint8Array(columns * rows)
  for (let cell = 0; cell < codes.length; cell++) {
    codes[cell] = memory[2 * cell] ?? 0
    attributes[cell] = memory[2 * cell + 1] ?? 0
  }
  return { kind: 'text', columns, rows, codes, attributes, cursor: { row: 0, column: 0 }, blinks: true }
}

function shownMemory(machine: Machine): Uint8Array {
  return machine.peek(BigInt(textMemory.at), shownBytes) ?? new Uint8Array(shownBytes)
}

/** Judges screen conditions; looks at the cells again only where some have changed. */
export class ScreenConditions {
  readonly #machine: Machine
  readonly #conditions: readonly Condition[]
  #judged: Buffer | null = null

  constructor(machine: Machine, conditions: readonly Condition[]) {
    this.#machine = machine
    this.#conditions = conditions.some(({ on }) => on === 'screen') ? conditions : []
  }

  /** Whether cells have changed since the conditions were judged. */
  get isStale(): boolean {
    return this.#conditions.length > 0 && !this.#judged?.equals(shownMemory(this.#machine))
  }

  /** The index of the first that holds. */
  met(): number | null {
    if (this.#conditions.length === 0) return null
    const memory = shownMemory(this.#machine)
    if (this.#judged?.equals(memory)) return null
    this.#judged = Buffer.from(memory.buffer)
    return metOnScreen(this.#conditions, screenOf(memory))
  }
}
