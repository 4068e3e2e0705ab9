import { type Bytes, text, u8, u32, withChecksum, zeros } from './table-fields.ts'

const checksumAt = 10

/** Where BIOS services for protected mode are asked for (Standard BIOS 32-bit Service Directory 0.4). */
export function bios32Directory(entry: number): Bytes {
  const revision = 0
  const paragraphs = 1
  const head = [...text('_32_'), ...u32(entry), ...u8(revision), ...u8(paragraphs), ...u8(0)]
  return withChecksum([...head, ...zeros(5)], checksumAt)
}
