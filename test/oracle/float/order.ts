/**
 * A number of the extended format as an integer: neighbours among numbers are one apart, infinities follow
 * the largest.
 */
export function orderOf(value: bigint): bigint {
  const field = (value >> 64n) & 0x7fffn
  const order = ((field || 1n) << 63n) + BigInt.asUintN(64, value)
  return value >> 79n ? -order : order
}
