import type { SavedChip } from '../bus/chip.ts'

/** What has to be written, a byte after the other. */
const word = 'Shutdown'

/** Bochs' shutdown port (Bochs user manual, 8900h): the power goes off when a word has been written to it. */
export class ShutdownPort implements SavedChip<number> {
  readonly #powerOff: () => void
  /** Characters of the word that have come. */
  #seen = 0

  constructor(powerOff: () => void) {
    this.#powerOff = powerOff
  }

  reset(): void {
    this.#seen = 0
  }

  read(): number {
    return 0xff
  }

  peek(): number {
    return 0xff
  }

  write(_offset: number, _size: number, value: number): void {
    const character = String.fromCharCode(value)
    if (character === word[this.#seen]) this.#seen++
    else this.#seen = character === word[0] ? 1 : 0
    if (this.#seen < word.length) return
    this.#seen = 0
    this.#powerOff()
  }

  save(): number {
    return this.#seen
  }

  load(seen: number): void {
    this.#seen = seen
  }
}
