import { word } from '../bios/machine-code.ts'
import { modeFacts } from './mode-facts.ts'
import { videoMode } from './mode-tables.ts'
import { romSegment, saveRom } from './rom-map.ts'

/** A VGA's displays: none, MDA, CGA, and of EGA and VGA with color, or without, as function 1Ah has them. */
const combinations = [
  0, 0, 0, 1, 0, 2, 2, 1, 0, 4, 4, 1, 5, 0, 5, 2, 0, 6, 6, 1, 6, 5, 0, 8, 8, 1, 0, 7, 7, 2, 7, 6,
]
const [version, highestDisplay] = [1, 8]

const nothing = [0, 0, 0, 0]
const pointer = (offset: number) => [...word(offset), ...word(romSegment)]
const secondaryBytes = 26

/**
 * What 40:A8h points to: parameters of modes, then areas and fonts that programs may name, then more
 * pointers (IBM PS/2 and PC BIOS Interface Technical Reference, Video; Ralf Brown's MEMORY.LST).
 */
export const savePointers = [
  ...pointer(saveRom.parameters),
  ...nothing,
  ...nothing,
  ...nothing,
  ...pointer(saveRom.secondary),
  ...nothing,
  ...nothing,
]

export const secondaryPointers = [
  ...word(secondaryBytes),
  ...pointer(saveRom.combinations),
  ...new Array<number>(20).fill(0),
]

export const displayCombinations = [combinations.length / 2, version, highestDisplay, 0, ...combinations]

/**
 * The modes of 29 entries; null: none that is here. Entries of 200 and 350 lines of text are as of the 400
 * that this BIOS sets for them.
 */
const entries = [
  ...[0, 1, 2, 3, 4, 5, 6, 7, null, null, null, null, null, 0x0d, 0x0e, null, null, null, 0x10],
  ...[0, 1, 2, 3, 1, 3, 7, 0x11, 0x12, 0x13],
]
const entryBytes = 64
const attributes = 20

/** Size, character height, page and registers of each. */
export const videoParameters = entries.flatMap(parametersOf)

function parametersOf(number: number | null): readonly number[] {
  const facts = number === null ? null : modeFacts(number)
  const mode = number === null ? null : videoMode(number)
  if (!facts || !mode) return new Array<number>(entryBytes).fill(0)
  return [
    ...[facts.columns, facts.rows - 1, facts.height],
    ...word(facts.pageBytes),
    ...mode.sequencer.slice(1),
    mode.miscellaneous,
    ...mode.crtc,
    ...mode.attribute.slice(0, attributes),
    ...mode.graphics,
  ]
}
