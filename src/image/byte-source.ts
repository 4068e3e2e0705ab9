/** Bytes that are read where they are needed: `image/` opens no file, whoever holds one passes this. */
export interface ByteSource {
  /** In bytes. */
  readonly size: number
  /** Exactly `length` bytes from `offset`, or fewer at the end. Never throws for a range past the end. */
  read(offset: number, length: number): Uint8Array
}

/** A source over bytes already in memory. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
  }
}
