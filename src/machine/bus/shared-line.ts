import type { Line } from './chip.ts'

/** A wire with several drivers: high while one of them says so. */
export class SharedLine {
  readonly #line: Line
  readonly #high = new Set<Line>()

  constructor(line: Line) {
    this.#line = line
  }

  /** For one more driver. */
  driver(): Line {
    const driver: Line = {
      set: (level) => {
        if (level) this.#high.add(driver)
        else this.#high.delete(driver)
        this.#line.set(this.#high.size > 0)
      },
    }
    return driver
  }
}
