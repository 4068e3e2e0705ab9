/** The sixteen colours of VGA text mode, by attribute value 0–15, with the names that matchers and reports use. */
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
