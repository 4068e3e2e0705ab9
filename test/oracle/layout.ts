import type { Bits } from '../../src/machine/cpu/decode/decoder.ts'

/** Linear addresses that the cases, `recorder.c` and our machine share. */
export const codeAt = 0x10_0000
/** Where branches lead, from the beginning of the code. */
export const takenOffset = 0x40
export const dataAt = 0x18_0000
export const stackAt = 0x20_0000
export const dataWindow = { at: dataAt - 128, bytes: 256 }
export const stackWindow = { at: stackAt - 320, bytes: 384 }

/** 16-bit code has segments: their bases, with code at offset 0 and data and stack in the middle. */
export const segment16 = {
  middle: 0x8000,
  codeLimit: 0xfff,
  dataLimit: 0x8fff,
  code: codeAt,
  data: dataAt - 0x8000,
  stack: stackAt - 0x8000,
} as const

/** The width of the code, and of the stack where that is another one. */
export interface Widths {
  readonly bits: Bits
  readonly stackBits: Bits
}

/** What has to be added to an offset to make it linear. */
export function baseOf({ bits, stackBits }: Widths, segment: 'code' | 'data' | 'stack'): number {
  return (segment === 'stack' ? stackBits : bits) === 16 ? segment16[segment] : 0
}
