import type { Chip } from '../bus/chip.ts'

/** The port by which code in ROM calls the firmware that is not machine code. */
export class FirmwareTrap implements Chip {
  readonly #call: () => void

  constructor(call: () => void) {
    this.#call = call
  }

  /** Open bus. */
  read(): number {
    return 0xff
  }

  write(): void {
    this.#call()
  }
}
