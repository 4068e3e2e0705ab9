/** A number of 1, 2 or 4 bytes. */
export function numberAt(bytes: Uint8Array, at: number, size: 1 | 2 | 4): number {
  let value = 0
  for (let byte = size - 1; byte >= 0; byte--) value = value * 256 + (bytes[at + byte] ?? 0)
  return value
}

export function bytesOf(value: number, size: 1 | 2 | 4): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => value >>> (8 * index))
}
