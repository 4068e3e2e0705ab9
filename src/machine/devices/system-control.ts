import { RegisterChip } from './register-chip.ts'

const fastReset = 1
const a20Open = 2

/** PS/2 system control port A (92h): the fast A20 gate and a reset. */
export class SystemControl extends RegisterChip {
  readonly #resetMachine: () => void
  readonly #setA20: (open: boolean) => void

  constructor(resetMachine: () => void, setA20: (open: boolean) => void) {
    super(a20Open)
    this.#resetMachine = resetMachine
    this.#setA20 = setA20
  }

  write(_offset: number, _size: number, value: number): void {
    const rising = value & ~this.value
    this.value = value
    // The 8042 may have moved the gate meanwhile.
    this.#setA20((value & a20Open) !== 0)
    if (rising & fastReset) this.#resetMachine()
  }
}
