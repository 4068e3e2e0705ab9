import type { Chip } from '../bus/chip.ts'

const resetCpu = 4
/** System reset: what kind of reset the next one is. */
const kept = 2

/** The chip set's reset control register (CF9h). */
export class ResetControl implements Chip {
  readonly #reset: () => void
  #value = 0

  constructor(reset: () => void) {
    this.#reset = reset
  }

  read(): number {
    return this.#value
  }

  write(_offset: number, _size: number, value: number): void {
    this.#value = value & kept
    if (value & resetCpu) this.#reset()
  }
}
