/** What a byte is in front of an opcode. Segment overrides, ES to GS, are 1 to 6. */
export const prefix = {
  none: 0,
  segments: 1,
  fs: 5,
  operand: 7,
  address: 8,
  lock: 9,
  repeatNotEqual: 10,
  repeat: 11,
  rex: 12,
} as const

const legacy = [
  [0x26, 1],
  [0x2e, 2],
  [0x36, 3],
  [0x3e, 4],
  [0x64, 5],
  [0x65, 6],
  [0x66, prefix.operand],
  [0x67, prefix.address],
  [0xf0, prefix.lock],
  [0xf2, prefix.repeatNotEqual],
  [0xf3, prefix.repeat],
] as const

/** What each byte is in front of an opcode, in 64-bit code or in other code. */
export function prefixTable(long: boolean): Uint8Array {
  const table = new Uint8Array(256)
  for (const [byte, kind] of legacy) table[byte] = kind
  if (long) table.fill(prefix.rex, 0x40, 0x50)
  return table
}
