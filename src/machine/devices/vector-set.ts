/**
 * 256 interrupt vectors, as the 32-bit registers in which an APIC shows them. Plain data is what is saved.
 */
export class VectorSet {
  #words: readonly number[] = none

  get words(): readonly number[] {
    return this.#words
  }

  set words(words: readonly number[]) {
    this.#words = words
  }

  has(vector: number): boolean {
    return ((this.word(vector >> 5) >>> (vector & 31)) & 1) !== 0
  }

  set(vector: number, on: boolean): void {
    const bit = 1 << (vector & 31)
    const word = this.word(vector >> 5)
    this.#words = this.#words.with(vector >> 5, (on ? word | bit : word & ~bit) >>> 0)
  }

  /** 32 vectors, from 32 × `index` on. */
  word(index: number): number {
    return this.#words[index] ?? 0
  }

  /** The vector of highest priority, or null. */
  get highest(): number | null {
    if (this.#words === none) return null
    const index = this.#words.findLastIndex((word) => word !== 0)
    return index < 0 ? null : 32 * index + 31 - Math.clz32(this.word(index))
  }

  clear(): void {
    this.#words = none
  }
}

const none: readonly number[] = new Array<number>(8).fill(0)
