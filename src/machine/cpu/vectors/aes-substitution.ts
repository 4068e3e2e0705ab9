/** The product of two bytes in the field of AES (FIPS 197, 4.2). */
function multiply(a: number, b: number): number {
  let product = 0
  let multiple = a
  for (let rest = b; rest > 0; rest >>= 1) {
    if (rest & 1) product ^= multiple
    multiple = (multiple << 1) ^ (multiple & 0x80 ? 0x11b : 0)
  }
  return product
}

/** 0 is its own. */
function inverseOf(value: number): number {
  for (let inverse = 1; inverse < 256; inverse++) if (multiply(value, inverse) === 1) return inverse
  return 0
}

const rotated = (value: number, by: number) => ((value << by) | (value >> (8 - by))) & 0xff

/** The S-box: the inverse, its bits summed up in fives, and a constant (FIPS 197, 5.1.1). */
export const substitution = Uint8Array.from({ length: 256 }, (_, value) =>
  [0, 1, 2, 3, 4].reduce((sum, by) => sum ^ rotated(inverseOf(value), by), 0x63),
)

export const inverseSubstitution = new Uint8Array(256)
for (const [value, substitute] of substitution.entries()) inverseSubstitution[substitute] = value
