/**
 * The screen that every direct start begins with: VGA mode 3, described for those protocols that tell the
 * kernel.
 */
export const vgaText = {
  address: 0xb8000,
  columns: 80,
  rows: 25,
  /** Bytes from one row to the next. */
  pitch: 160,
  bitsPerCell: 16,
  /** Height of a character in scan lines. */
  points: 16,
  /** Multiboot's number for EGA text, in both versions. */
  framebufferType: 2,
  /** The BIOS' number of the mode. */
  mode: 3,
} as const
