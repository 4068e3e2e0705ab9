import type { SavedChip } from '../bus/chip.ts'

const count = 16

/**
 * The DMA page registers of a PC (80h to 8Fh; Intel 82371SB, DMA Page Registers): address bits 16 to 23 of
 * each channel. Those that belong to none keep what is written too; the first is where firmware tells how far
 * it has come.
 */
export class DmaPages implements SavedChip<readonly number[]> {
  #pages: readonly number[] = new Array<number>(count).fill(0)

  reset(): void {
    this.#pages = new Array<number>(count).fill(0)
  }

  read(offset: number): number {
    return this.peek(offset)
  }

  peek(offset: number): number {
    return this.#pages[offset] ?? 0xff
  }

  write(offset: number, _size: number, value: number): void {
    this.#pages = this.#pages.with(offset, value)
  }

  save(): readonly number[] {
    return this.#pages
  }

  load(pages: readonly number[]): void {
    this.#pages = pages
  }
}
