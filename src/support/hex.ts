/** As `0x1badb002`: lower case, no padding unless `digits` asks for it. */
export function hex(value: bigint | number, digits = 1): string {
  return `0x${value.toString(16).padStart(digits, '0')}`
}

/** The bytes of lower-case digits, two each; a loop without calls, as it runs before a first boot. */
export function bytesOfHex(digits: string): Uint8Array {
  const bytes = new Uint8Array(digits.length / 2)
  let value = 0
  for (let at = 0; at < digits.length; at++) {
    const code = digits.charCodeAt(at)
    value = (value << 4) | (code < 0x40 ? code - 0x30 : code - 0x57)
    if (at % 2 === 1) bytes[at >> 1] = value
  }
  return bytes
}
