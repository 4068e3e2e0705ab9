/**
 * The sixteen colours of VGA text mode, by attribute value 0–15, with the names that matchers and reports
 * use.
 */
export const colorNames = [
  'black',
  'blue',
  'green',
  'cyan',
  'red',
  'magenta',
  'brown',
  'light gray',
  'dark gray',
  'light blue',
  'light green',
  'light cyan',
  'light red',
  'pink',
  'yellow',
  'white',
] as const

export type ColorName = (typeof colorNames)[number]

export function isColorName(name: string): name is ColorName {
  return (colorNames as readonly string[]).includes(name)
}

/** The name of colour 0–15. */
function colorName(value: number): ColorName {
  return colorNames[value & 0xf] ?? 'black'
}

/** Bits 0–3 of an attribute byte. */
export function foregroundOf(attribute: number): ColorName {
  return colorName(attribute)
}

/** Bits 4–6 of an attribute byte, and bit 7 where it does not make the cell blink. */
export function backgroundOf(attribute: number, blinks: boolean): ColorName {
  return colorName((attribute >> 4) & (blinks ? 0x7 : 0xf))
}

/** `white on blue`, as messages name the colours of a cell. */
export function colorsOf(attribute: number, blinks: boolean): string {
  return `${foregroundOf(attribute)} on ${backgroundOf(attribute, blinks)}`
}
