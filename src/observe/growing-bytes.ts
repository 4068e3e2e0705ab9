/** Bytes that only grow, in one buffer that doubles when it is full. */
export class GrowingBytes {
  #buffer = new Uint8Array(64)
  #length = 0

  /** All bytes so far: a view that later appends do not change. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length)
  }

  append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(length, this.#buffer.length * 2))
      larger.set(this.bytes)
      this.#buffer = larger
    }
    this.#buffer.set(bytes, this.#length)
    this.#length = length
  }
}
