import type { SavedChip } from '../bus/chip.ts'

/** A chip that is one register of a byte, which reads as what it holds. */
export abstract class RegisterChip implements SavedChip<number> {
  protected value: number
  readonly #atReset: number

  protected constructor(atReset: number) {
    this.#atReset = atReset
    this.value = atReset
  }

  reset(): void {
    this.value = this.#atReset
  }

  read(): number {
    return this.value
  }

  peek(): number {
    return this.value
  }

  abstract write(offset: number, size: number, value: number): void

  save(): number {
    return this.value
  }

  load(value: number): void {
    this.value = value
  }
}
