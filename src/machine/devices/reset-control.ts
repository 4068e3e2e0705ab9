import type { SavedChip } from '../bus/chip.ts'

const resetCpu = 4
/** System reset: what kind of reset the next one is. */
const kept = 2

/** The chip set's reset control register (CF9h). */
export class ResetControl implements SavedChip<number> {
  readonly #resetMachine: () => void
  #value = 0

  constructor(resetMachine: () => void) {
    this.#resetMachine = resetMachine
  }

  reset(): void {
    this.#value = 0
  }

  read(): number {
    return this.#value
  }

  peek(): number {
    return this.#value
  }

  save(): number {
    return this.#value
  }

  load(value: number): void {
    this.#value = value
  }

  write(_offset: number, _size: number, value: number): void {
    this.#value = value & kept
    if (value & resetCpu) this.#resetMachine()
  }
}
