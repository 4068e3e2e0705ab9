import type { ByteSource } from './byte-source.ts'

/** Whether all `size` bytes from `offset` are in the source. */
export function isWithin(source: ByteSource, offset: bigint, size: bigint): boolean {
  return offset + size <= BigInt(source.size)
}

/** What the source has of the `size` bytes from `offset`. */
export function readRange(source: ByteSource, offset: bigint, size: bigint): Uint8Array {
  const end = offset + size < BigInt(source.size) ? offset + size : BigInt(source.size)
  return offset >= end ? new Uint8Array(0) : source.read(Number(offset), Number(end - offset))
}
