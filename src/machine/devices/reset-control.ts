import { RegisterChip } from './register-chip.ts'

const resetCpu = 4
/** System reset: what kind of reset the next one is. */
const kept = 2

/** The chip set's reset control register (CF9h). */
export class ResetControl extends RegisterChip {
  readonly #resetMachine: () => void

  constructor(resetMachine: () => void) {
    super(0)
    this.#resetMachine = resetMachine
  }

  write(_offset: number, _size: number, value: number): void {
    this.value = value & kept
    if (value & resetCpu) this.#resetMachine()
  }
}
