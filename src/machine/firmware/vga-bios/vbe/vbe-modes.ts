/** A mode of VBE. */
export interface VbeMode {
  readonly number: number
  readonly width: number
  readonly height: number
  /** Bits of a pixel: 4 (planes), 8 (indexes), 15, 16, 24, 32 (colors). */
  readonly depth: number
}

/** Modes of one size from a number on, each of another depth. */
type Row = readonly [first: number, width: number, height: number, depths: readonly number[]]

const high = [15, 16, 24]
const wide = [16, 24, 32]

/** Those of VESA (VBE 3.0, 3), and those of emulators' BIOSes, which have numbers that others know. */
const rows: readonly Row[] = [
  [0x100, 640, 400, [8]],
  [0x101, 640, 480, [8]],
  [0x102, 800, 600, [4, 8]],
  [0x104, 1024, 768, [4, 8]],
  [0x106, 1280, 1024, [4, 8]],
  [0x10d, 320, 200, high],
  [0x110, 640, 480, high],
  [0x113, 800, 600, high],
  [0x116, 1024, 768, high],
  [0x119, 1280, 1024, high],
  [0x11c, 1600, 1200, [8, ...high]],
  [0x140, 320, 200, [32]],
  [0x141, 640, 400, [32]],
  [0x142, 640, 480, [32]],
  [0x143, 800, 600, [32]],
  [0x144, 1024, 768, [32]],
  [0x145, 1280, 1024, [32]],
  [0x146, 320, 200, [8]],
  [0x147, 1600, 1200, [32]],
  [0x148, 1152, 864, [8, ...high, 32]],
  [0x175, 1280, 768, wide],
  [0x178, 1280, 800, wide],
  [0x17b, 1280, 960, wide],
  [0x17e, 1440, 900, wide],
  [0x181, 1400, 1050, wide],
  [0x184, 1680, 1050, wide],
  [0x187, 1920, 1200, wide],
  [0x18a, 2560, 1600, wide],
  [0x18d, 1280, 720, wide],
  [0x190, 1920, 1080, wide],
  [0x193, 1600, 900, wide],
  [0x196, 2560, 1440, wide],
  [0x199, 3840, 2160, [16]],
]

export const vbeModes: ReadonlyMap<number, VbeMode> = new Map(
  rows.flatMap(([first, width, height, depths]) =>
    depths.map((depth, index) => [first + index, { number: first + index, width, height, depth }] as const),
  ),
)

/** Of a pixel in memory. */
export const bitsOfPixel = ({ depth }: VbeMode) => (depth === 15 ? 16 : depth)

/** From one line of the mode to the next; of planes, in each. */
export const bytesOfLines = (mode: VbeMode, pixels: number) =>
  (pixels * (mode.depth === 4 ? 1 : bitsOfPixel(mode))) / 8
