/** A number of 1, 2 or 4 bytes. */
export function numberAt(bytes: Uint8Array, at: number, size: 1 | 2 | 4): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (size === 1) return view.getUint8(at)
  return size === 2 ? view.getUint16(at, true) : view.getUint32(at, true)
}

export function bytesOf(value: number, size: 1 | 2 | 4): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => value >>> (8 * index))
}
