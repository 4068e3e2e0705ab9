/** Bytes of code that grow behind each other. */
export class CodeWriter {
  readonly bytes: Uint8Array
  at = 0

  constructor(size: number) {
    this.bytes = new Uint8Array(size)
  }

  get room(): number {
    return this.bytes.length - this.at
  }

  put(...values: readonly number[]): void {
    for (const value of values) this.bytes[this.at++] = value
  }

  /** Little-endian. */
  number(value: number, count: number): void {
    for (let index = 0; index < count; index++) this.put((value >> (8 * index)) & 0xff)
  }

  take(bytes: Uint8Array, count: number): void {
    this.bytes.set(bytes.subarray(0, count), this.at)
    this.at += count
  }
}
