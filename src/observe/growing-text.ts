/** Text that can be sliced: a string, or a {@link GrowingText}. */
export interface SliceableText {
  readonly length: number
  slice(start: number, end?: number): string
}

const blockLength = 16_384

/**
 * Text that only grows. V8 copies a whole string when a part is read after an append; here a slice costs
 * what it spans, so a search after every chunk stays linear over a long log.
 */
export class GrowingText implements SliceableText {
  readonly #blocks: string[] = []
  #tail = ''
  #joined: string | null = ''

  get length(): number {
    return this.#blocks.length * blockLength + this.#tail.length
  }

  append(text: string): void {
    if (text === '') return
    this.#joined = null
    this.#tail += text
    let start = 0
    for (; this.#tail.length - start >= blockLength; start += blockLength) {
      this.#blocks.push(this.#tail.slice(start, start + blockLength))
    }
    if (start > 0) this.#tail = this.#tail.slice(start)
  }

  /** As `String.prototype.slice` for `0 <= start <= end`. */
  slice(start: number, end: number = this.length): string {
    const stop = Math.min(end, this.length)
    let text = ''
    for (let at = start; at < stop; ) {
      const block = Math.floor(at / blockLength)
      const blockStart = block * blockLength
      const part = this.#blocks[block] ?? this.#tail
      text += part.slice(at - blockStart, stop - blockStart)
      at = blockStart + blockLength
    }
    return text
  }

  toString(): string {
    this.#joined ??= this.#blocks.join('') + this.#tail
    return this.#joined
  }
}
