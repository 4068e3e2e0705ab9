/** A piece of a table in the making. */
export type Bytes = readonly number[]

export const u8 = (value: number): Bytes => [value & 0xff]
export const u16 = (value: number): Bytes => [...u8(value), ...u8(value >> 8)]
export const u32 = (value: number): Bytes => [...u16(value), ...u16(value >>> 16)]
/** Of a whole number that is exact. */
export const u64 = (value: number): Bytes => [...u32(value % 2 ** 32), ...u32(Math.floor(value / 2 ** 32))]

export const zeros = (count: number): Bytes => new Array<number>(count).fill(0)

/** ASCII, with blanks behind it up to `size`. */
export function text(value: string, size = value.length): Bytes {
  return Array.from(value.padEnd(size), (character) => character.charCodeAt(0))
}

/** Fills in the byte at `at` that makes the sum of all 0, modulo 256. */
export function withChecksum(bytes: Bytes, at: number): Bytes {
  const sum = bytes.reduce((total, byte) => total + byte, 0) - (bytes[at] ?? 0)
  return bytes.with(at, -sum & 0xff)
}
