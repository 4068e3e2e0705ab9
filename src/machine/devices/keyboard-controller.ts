import type { Chip } from '../bus/chip.ts'

const commandPort = 4
/** Self-test passed, keyboard not locked; no data, ready for a command. */
const idleStatus = 0x14
/** Pulses the output lines whose bits are 0; line 0 is the CPU's reset (8042, command F0h to FFh). */
const pulseLines = 0xf0

/** Of an 8042 with no keyboard the one thing that guests use without one: the reset line. */
export class KeyboardController implements Chip {
  readonly #reset: () => void

  constructor(reset: () => void) {
    this.#reset = reset
  }

  read(offset: number): number {
    return offset === commandPort ? idleStatus : 0
  }

  write(offset: number, _size: number, value: number): void {
    if (offset === commandPort && value >= pulseLines && (value & 1) === 0) this.#reset()
  }
}
