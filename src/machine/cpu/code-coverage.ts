import { pageBytes } from './state-layout.ts'

/** How many decoded instructions each byte of a page belongs to: they overlap, also across contexts. */
export class CodeCoverage {
  readonly #counts = new Uint16Array(pageBytes)

  add(offset: number, length: number): void {
    for (let index = offset; index < offset + length; index++) this.#counts[index] = this.#at(index) + 1
  }

  remove(offset: number, length: number): void {
    for (let index = offset; index < offset + length; index++) this.#counts[index] = this.#at(index) - 1
  }

  /** Whether an instruction has bytes from `first` to before `end`. */
  hasAny(first: number, end: number): boolean {
    for (let index = first; index < end; index++) if (this.#at(index) !== 0) return true
    return false
  }

  clear(): void {
    this.#counts.fill(0)
  }

  #at(index: number): number {
    return this.#counts[index] ?? 0
  }
}
