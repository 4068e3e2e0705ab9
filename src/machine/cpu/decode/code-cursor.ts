/** Reads code forwards, up to a limit. Past it, `short` is set and every byte reads as 0. */
export class CodeCursor {
  at = 0
  short = false
  #bytes: Uint8Array = new Uint8Array(0)
  #limit = 0

  start(bytes: Uint8Array, at: number, limit: number): void {
    this.#bytes = bytes
    this.at = at
    this.#limit = limit
    this.short = false
  }

  byte(): number {
    if (this.at >= this.#limit) {
      this.short = true
      return 0
    }
    return this.#bytes[this.at++] ?? 0
  }

  signed8(): number {
    return (this.byte() << 24) >> 24
  }

  unsigned16(): number {
    return this.byte() | (this.byte() << 8)
  }

  signed16(): number {
    return (this.unsigned16() << 16) >> 16
  }

  signed32(): number {
    return this.unsigned16() | (this.unsigned16() << 16)
  }
}
