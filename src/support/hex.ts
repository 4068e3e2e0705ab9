/** As `0x1badb002`: lower case, no padding unless `digits` asks for it. */
export function hex(value: bigint | number, digits = 1): string {
  return `0x${value.toString(16).padStart(digits, '0')}`
}

/** The bytes of digits, eight at a time: what runs before a first boot has to take few steps. */
export function bytesOfHex(digits: string): Uint8Array {
  const view = new DataView(new ArrayBuffer(digits.length / 2))
  for (let at = 0; at < digits.length; at += 8) {
    view.setUint32(at / 2, Number.parseInt(digits.slice(at, at + 8), 16))
  }
  return new Uint8Array(view.buffer)
}
