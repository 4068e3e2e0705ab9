/** A piece of a table in the making. */
export type Bytes = readonly number[]

export const u8 = (value: number): Bytes => [value & 0xff]
export const u16 = (value: number): Bytes => [value & 0xff, (value >> 8) & 0xff]
export const u32 = (value: number): Bytes => [
  value & 0xff,
  (value >> 8) & 0xff,
  (value >> 16) & 0xff,
  (value >> 24) & 0xff,
]
/** Of a whole number that is exact. */
export const u64 = (value: number): Bytes => [...u32(value % 2 ** 32), ...u32(Math.floor(value / 2 ** 32))]

export const zeros = (count: number): Bytes => new Array<number>(count).fill(0)

/**
 * One behind the other. Of more than some bytes at once: `flat` and spreading take several times as long, and
 * tables precede a thread's first boot.
 */
export const joined = (pieces: readonly Bytes[]): Bytes => ([] as number[]).concat(...pieces)

/** ASCII, with blanks behind it up to `size`. */
export function text(value: string, size = value.length): Bytes {
  const codes: number[] = []
  for (let at = 0; at < size; at++) codes.push(at < value.length ? value.charCodeAt(at) : 0x20)
  return codes
}

/** Fills in the byte at `at` that makes the sum of all 0, modulo 256. */
export function withChecksum(bytes: Bytes, at: number): Bytes {
  let sum = -(bytes[at] ?? 0)
  for (let index = 0; index < bytes.length; index++) sum += bytes[index] ?? 0
  return bytes.with(at, -sum & 0xff)
}
