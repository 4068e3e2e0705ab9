/** Bytes that wait, first come first served. One costs the same however many wait behind it. */
export class ByteQueue {
  #buffer = empty
  #first = 0
  #end = 0

  get length(): number {
    return this.#end - this.#first
  }

  /** The byte that is next; 0 where none waits. */
  get first(): number {
    return this.length > 0 ? (this.#buffer[this.#first] ?? 0) : 0
  }

  add(bytes: ArrayLike<number>): void {
    if (this.#end + bytes.length > this.#buffer.length) this.#makeRoom(bytes.length)
    this.#buffer.set(bytes, this.#end)
    this.#end += bytes.length
  }

  take(): void {
    if (this.length > 0) this.#first++
  }

  clear(): void {
    this.#buffer = empty
    this.#first = 0
    this.#end = 0
  }

  toArray(): number[] {
    return [...this.#waiting]
  }

  get #waiting(): Uint8Array {
    return this.#buffer.subarray(this.#first, this.#end)
  }

  /** Twice of what is needed: what is moved once was added as many times. */
  #makeRoom(more: number): void {
    const waiting = this.#waiting
    this.#buffer = new Uint8Array(Math.max(16, (waiting.length + more) * 2))
    this.#buffer.set(waiting)
    this.#end = waiting.length
    this.#first = 0
  }
}

const empty = new Uint8Array()
