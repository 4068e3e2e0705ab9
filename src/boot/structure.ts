/** A structure in the guest's memory, written field by field; little-endian. */
export class Structure {
  readonly bytes: Uint8Array
  readonly #view: DataView

  constructor(size: number) {
    this.bytes = new Uint8Array(size)
    this.#view = new DataView(this.bytes.buffer)
  }

  u8(offset: number, value: number): this {
    this.#view.setUint8(offset, value)
    return this
  }

  u16(offset: number, value: number): this {
    this.#view.setUint16(offset, value, true)
    return this
  }

  u32(offset: number, value: number | bigint): this {
    this.#view.setUint32(offset, Number(value), true)
    return this
  }

  u64(offset: number, value: number | bigint): this {
    this.#view.setBigUint64(offset, BigInt(value), true)
    return this
  }

  copy(offset: number, bytes: Uint8Array): this {
    this.bytes.set(bytes, offset)
    return this
  }
}

/** The text in UTF-8 and a NUL. */
export function zeroTerminated(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`)
}
