/** Little-endian fields of bytes in memory. The caller has checked that they are there. */
export class LittleEndian {
  readonly bytes: Uint8Array
  readonly #view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get length(): number {
    return this.bytes.length
  }

  u8(offset: number): number {
    return this.#view.getUint8(offset)
  }

  u16(offset: number): number {
    return this.#view.getUint16(offset, true)
  }

  u32(offset: number): number {
    return this.#view.getUint32(offset, true)
  }

  u64(offset: number): bigint {
    return this.#view.getBigUint64(offset, true)
  }

  /** One character a byte, up to a NUL or `length`. */
  text(offset: number, length: number): string {
    let text = ''
    for (const byte of this.bytes.subarray(offset, offset + length)) {
      if (byte === 0) break
      text += String.fromCharCode(byte)
    }
    return text
  }
}

/** `bytes` followed by zeros up to `length`: for headers whose later fields an old file lacks. */
export function padded(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length >= length) return bytes
  const result = new Uint8Array(length)
  result.set(bytes)
  return result
}
