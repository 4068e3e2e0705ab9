import type { SavedChip } from '../bus/chip.ts'

const fastReset = 1
const a20Open = 2

/** PS/2 system control port A (92h): the fast A20 gate and a reset. */
export class SystemControl implements SavedChip<number> {
  readonly #resetMachine: () => void
  readonly #setA20: (open: boolean) => void
  #value = a20Open

  constructor(resetMachine: () => void, setA20: (open: boolean) => void) {
    this.#resetMachine = resetMachine
    this.#setA20 = setA20
  }

  reset(): void {
    this.#value = a20Open
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
    const rising = value & ~this.#value
    if ((value ^ this.#value) & a20Open) this.#setA20((value & a20Open) !== 0)
    this.#value = value
    if (rising & fastReset) this.#resetMachine()
  }
}
