import type { MemoryWindow } from './physical-memory.ts'

/** A window whose place is state. */
export class PlacedWindow implements MemoryWindow {
  readonly #window: MemoryWindow
  #first: number | null = null

  constructor(window: MemoryWindow) {
    this.#window = window
  }

  place(first: number | null): void {
    this.#first = first
    this.#window.place(first)
  }

  save(): number | null {
    return this.#first
  }

  load(first: number | null): void {
    if (first !== this.#first) this.place(first)
  }
}
