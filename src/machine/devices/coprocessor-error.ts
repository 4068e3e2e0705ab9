import type { Line, SavedChip } from '../bus/chip.ts'

/**
 * Port F0h: between FERR# and IGNNE# of the processor and the interrupt controllers, for kernels that leave
 * CR0.NE clear (82371SB data sheet, "Coprocessor Error"; SDM volume 1, appendix D.2).
 */
export class CoprocessorError implements SavedChip<boolean> {
  readonly #interrupt: Line
  readonly #ignore: () => void
  #isPending = false

  /** `ignore`: IGNNE# is asserted, until the processor has no exception to report. */
  constructor(interrupt: Line, ignore: () => void) {
    this.#interrupt = interrupt
    this.#ignore = ignore
  }

  /** FERR# is asserted. */
  report(): void {
    this.#set(true)
  }

  reset(): void {
    this.#set(false)
  }

  /** Any value ends the interrupt. */
  write(): void {
    if (!this.#isPending) return
    this.#set(false)
    this.#ignore()
  }

  read(): number {
    return 0xff
  }

  peek(): number {
    return 0xff
  }

  save(): boolean {
    return this.#isPending
  }

  load(isPending: boolean): void {
    this.#isPending = isPending
  }

  #set(isPending: boolean): void {
    this.#isPending = isPending
    this.#interrupt.set(isPending)
  }
}
