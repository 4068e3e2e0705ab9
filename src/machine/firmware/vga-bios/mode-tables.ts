/**
 * The registers of the standard modes, as the tables of a VGA BIOS have them (IBM PS/2 Hardware Interface
 * Technical Reference, Video Subsystem, BIOS mode tables), and the colors that come with them.
 */

const bytes = (text: string): readonly number[] => text.split(' ').map((byte) => Number.parseInt(byte, 16))

/** Registers 0Ah to 0Fh hold cursor and start address. */
const noCursor = '00 00 00 00 00 00'
const textCursor = '0d 0e 00 00 00 00'
const bright = '38 39 3a 3b 3c 3d 3e 3f'
const sixteen = `00 01 02 03 04 05 14 07 ${bright}`
const plainSixteen = '00 01 02 03 04 05 06 07 10 11 12 13 14 15 16 17'
const lowest200 = '9c 8e 8f'

/** The contents of all registers of a mode, by their indexes. */
export interface VideoMode {
  readonly miscellaneous: number
  readonly sequencer: readonly number[]
  readonly crtc: readonly number[]
  readonly graphics: readonly number[]
  readonly attribute: readonly number[]
}

interface ModeTable {
  readonly misc: string
  readonly sequencer: string
  readonly crtc: string
  readonly graphics: string
  readonly attribute: string
}

const text80 = '5f 4f 50 82 55 81 bf 1f 00 4f'
const narrow = '2d 27 28 90 2b'
const wide = '5f 4f 50 82 54'
const textGraphics = '00 00 00 00 00 10 0e 0f ff'
const planarGraphics = '00 00 00 00 00 00 05 0f ff'

const text = (columns: 40 | 80): ModeTable => ({
  misc: '67',
  sequencer: columns === 40 ? '03 08 03 00 02' : '03 00 03 00 02',
  crtc:
    columns === 40
      ? `${narrow} a0 bf 1f 00 4f ${textCursor} ${lowest200} 14 1f 96 b9 a3 ff`
      : `${text80} ${textCursor} ${lowest200} 28 1f 96 b9 a3 ff`,
  graphics: textGraphics,
  attribute: `${sixteen} 0c 00 0f 08 00`,
})

const cga: ModeTable = {
  misc: '63',
  sequencer: '03 09 03 00 02',
  crtc: `${narrow} 80 bf 1f 00 c1 ${noCursor} ${lowest200} 14 00 96 b9 a2 ff`,
  graphics: '00 00 00 00 00 30 0f 00 ff',
  attribute: '00 13 15 17 02 04 06 07 10 11 12 13 14 15 16 17 01 00 03 00 00',
}

const tables: Readonly<Record<number, ModeTable>> = {
  0: text(40),
  1: text(40),
  2: text(80),
  3: text(80),
  4: cga,
  5: cga,
  6: {
    misc: '63',
    sequencer: '03 01 01 00 06',
    crtc: `${wide} 80 bf 1f 00 c1 ${noCursor} ${lowest200} 28 00 96 b9 c2 ff`,
    graphics: '00 00 00 00 00 00 0d 00 ff',
    attribute: `00 ${Array(15).fill('17').join(' ')} 01 00 01 00 00`,
  },
  7: {
    misc: '66',
    sequencer: '03 00 03 00 02',
    crtc: `${text80} ${textCursor} ${lowest200} 28 0d 96 b9 a3 ff`,
    graphics: '00 00 00 00 00 10 0a 0f ff',
    attribute: '00 08 08 08 08 08 08 08 10 18 18 18 18 18 18 18 0e 00 0f 08 00',
  },
  13: {
    misc: '63',
    sequencer: '03 09 0f 00 06',
    crtc: `${narrow} 80 bf 1f 00 c0 ${noCursor} ${lowest200} 14 00 96 b9 e3 ff`,
    graphics: planarGraphics,
    attribute: `${plainSixteen} 01 00 0f 00 00`,
  },
  14: {
    misc: '63',
    sequencer: '03 01 0f 00 06',
    crtc: `${wide} 80 bf 1f 00 c0 ${noCursor} ${lowest200} 28 00 96 b9 e3 ff`,
    graphics: planarGraphics,
    attribute: `${plainSixteen} 01 00 0f 00 00`,
  },
  16: {
    misc: 'a3',
    sequencer: '03 01 0f 00 06',
    crtc: `${wide} 80 bf 1f 00 40 ${noCursor} 83 85 5d 28 0f 63 ba e3 ff`,
    graphics: planarGraphics,
    attribute: `${sixteen} 01 00 0f 00 00`,
  },
  17: {
    misc: 'e3',
    sequencer: '03 01 0f 00 06',
    crtc: `${wide} 80 0b 3e 00 40 ${noCursor} ea 8c df 28 00 e7 04 c3 ff`,
    graphics: '00 00 00 00 00 00 05 01 ff',
    attribute: `00 ${Array(15).fill('3f').join(' ')} 01 00 0f 00 00`,
  },
  18: {
    misc: 'e3',
    sequencer: '03 01 0f 00 06',
    crtc: `${wide} 80 0b 3e 00 40 ${noCursor} ea 8c df 28 00 e7 04 e3 ff`,
    graphics: planarGraphics,
    attribute: `${sixteen} 01 00 0f 00 00`,
  },
  19: {
    misc: '63',
    sequencer: '03 01 0f 00 0e',
    crtc: `${wide} 80 bf 1f 00 41 ${noCursor} ${lowest200} 28 40 96 b9 a3 ff`,
    graphics: '00 00 00 00 00 40 05 0f ff',
    attribute: '00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 41 00 0f 00 00',
  },
}

/** The registers of a BIOS mode number, or null where a VGA has no such mode. */
export function videoMode(number: number): VideoMode | null {
  const table = tables[number]
  return table
    ? {
        miscellaneous: Number.parseInt(table.misc, 16),
        sequencer: bytes(table.sequencer),
        crtc: bytes(table.crtc),
        graphics: bytes(table.graphics),
        attribute: bytes(table.attribute),
      }
    : null
}

/** Modes of 200 lines whose palettes name the bright colors 10h to 17h, as the CGA's monitor took them. */
const cgaModes: ReadonlySet<number> = new Set([4, 5, 6, 0x0d, 0x0e])

/** Red, green and blue of 6 bits each, of the colors 0 to 63, or of all 256 in mode 13h. */
export function modeColors(number: number): readonly number[] {
  if (number === 0x13) return colors256()
  if (number === 7) return firstColors(grayColor)
  return firstColors(cgaModes.has(number) ? cgaColor : enhancedColor)
}

/** Of a color by its number: red, green and blue. */
type ColorOf = (index: number) => readonly number[]

function firstColors(color: ColorOf): readonly number[] {
  const parts: number[] = []
  for (let index = 0; index < 64; index++) parts.push(...color(index))
  return parts
}

/** Bits 0 to 2 are blue, green, red at two thirds, bits 3 to 5 the same at one third. */
const enhancedColor: ColorOf = (index) => {
  const part = (strong: number, weak: number) => ((index >> strong) & 1) * 0x2a + ((index >> weak) & 1) * 0x15
  return [part(2, 5), part(1, 4), part(0, 3)]
}

/** Bits 0 to 2 and the intensity in bit 4; dark yellow is brown. */
const cgaColor: ColorOf = (index) => {
  const color = index & 7
  const isBright = (index & 0x10) !== 0
  return enhancedColor(color === 6 && !isBright ? 20 : color | (isBright ? 0x38 : 0))
}

/** Monochrome: black, normal, dim and bright, eight of each. */
const grayColor: ColorOf = (index) => {
  const gray = [0, 0x2a, 0x15, 0x3f][(index >> 3) & 3] ?? 0
  return [gray, gray, gray]
}

const grays = '00 05 08 0b 0e 11 14 18 1c 20 24 28 2d 32 38 3f'

/**
 * Five steps from the weakest to the strongest part of a color: three brightnesses, three saturations each.
 */
const steps = [
  '00 10 1f 2f 3f',
  '1f 27 2f 37 3f',
  '2d 31 36 3a 3f',
  '00 07 0e 15 1c',
  '0e 11 15 18 1c',
  '14 16 18 1a 1c',
  '00 04 08 0c 10',
  '08 0a 0c 0e 10',
  '0b 0c 0d 0f 10',
]

/** Once around the wheel from blue: steps of red, green and blue at 24 hues. */
const hue: ColorOf = (index) => {
  const rising = index % 4
  const falling = 4 - rising
  const sides = [
    [rising, 0, 4],
    [4, 0, falling],
    [4, rising, 0],
    [falling, 4, 0],
    [0, 4, rising],
    [0, falling, 4],
  ]
  return sides[Math.floor(index / 4)] ?? []
}

/** The sixteen of text, then grays, then nine wheels; the last eight are black. */
function colors256(): readonly number[] {
  return [
    ...[0, 1, 2, 3, 4, 5, 20, 7, 56, 57, 58, 59, 60, 61, 62, 63].flatMap(enhancedColor),
    ...bytes(grays).flatMap((gray) => [gray, gray, gray]),
    ...steps.map(bytes).flatMap((levels) => {
      return Array.from({ length: 24 }, (_, index) => hue(index).map((step) => levels[step] ?? 0)).flat()
    }),
    ...new Array<number>(24).fill(0),
  ]
}
