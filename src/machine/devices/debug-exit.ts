import type { Chip } from '../bus/chip.ts'

/** QEMU's isa-debug-exit: a write ends the run with its value. */
export class DebugExit implements Chip {
  readonly #exit: (value: number) => void

  constructor(exit: (value: number) => void) {
    this.#exit = exit
  }

  read(): number {
    return 0
  }

  write(_offset: number, _size: number, value: number): void {
    this.#exit(value)
  }
}
