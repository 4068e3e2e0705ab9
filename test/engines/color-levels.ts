import type { GraphicsScreen } from '../../src/observe/screen.ts'

/** The bits that a guest gave of each color: what a monitor makes of them is another matter. */
export const colorLevels = ({ pixels }: GraphicsScreen, bits: number) =>
  Buffer.from(pixels.map((level) => level >> (8 - bits)))
