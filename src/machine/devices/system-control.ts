import type { Line } from '../bus/chip.ts'
import { RegisterChip } from './register-chip.ts'

const fastReset = 1
const a20Open = 2

/** PS/2 system control port A (92h): the fast A20 gate and a reset. */
export class SystemControl extends RegisterChip {
  readonly #resetMachine: () => void
  readonly #a20: Line

  constructor(resetMachine: () => void, a20: Line) {
    super(a20Open)
    this.#resetMachine = resetMachine
    this.#a20 = a20
    a20.set(true)
  }

  override reset(): void {
    super.reset()
    this.#a20.set(true)
  }

  write(_offset: number, _size: number, value: number): void {
    const rising = value & ~this.value
    this.value = value
    this.#a20.set((value & a20Open) !== 0)
    if (rising & fastReset) this.#resetMachine()
  }
}
