import type { Line } from './chip.ts'

/** A wire with several drivers: high while one of them says so. */
export class SharedLine {
  readonly #line: Line
  #drivers = 0
  /** A bit for each driver that is high. */
  #high = 0

  constructor(line: Line) {
    this.#line = line
  }

  /** For one more driver. */
  driver(): Line {
    const bit = 1 << this.#drivers++
    return {
      set: (level) => {
        this.#high = level ? this.#high | bit : this.#high & ~bit
        this.#line.set(this.#high !== 0)
      },
    }
  }

  save(): number {
    return this.#high
  }

  load(state: number): void {
    this.#high = state
  }
}
