/** Where the VGA BIOS is, and what others point to in it, by offset. */
export const romSegment = 0xc000
export const romBytes = 0x8000

export const romEntry = { start: 0x0003, int10: 0x0100 } as const
export const staticFunctionality = 0x0120

/** What the save pointers of 40:A8h lead to. */
export const saveRom = {
  pointers: 0x0130,
  secondary: 0x0150,
  combinations: 0x0170,
  parameters: 0x0200,
} as const

/** By height. */
export const romFonts = { 16: 0x1000, 14: 0x2000, 8: 0x2e00 } as const

/** What VBE's blocks of information point to. */
export const vbeRom = {
  ...{ oem: 0x4000, vendor: 0x4030, product: 0x4060, revision: 0x4090 },
  windowFunction: 0x4200,
  protectedMode: 0x4210,
} as const

/** Interrupt vectors that point into it: of the upper half of a small font, and of the mode's font. */
export const videoVectors: readonly (readonly [vector: number, segment: number, offset: number])[] = [
  [0x10, romSegment, romEntry.int10],
  [0x1f, romSegment, romFonts[8] + 8 * 128],
  [0x43, romSegment, romFonts[16]],
  [0x6d, romSegment, romEntry.int10],
]
