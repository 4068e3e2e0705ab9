import type { Screen } from './screen.ts'

/** Whether two looks at the display saw the same: mode, size, every cell or pixel, and the cursor. */
export function sameScreen(a: Screen, b: Screen): boolean {
  if (a.kind === 'text') {
    return (
      b.kind === 'text' &&
      a.columns === b.columns &&
      a.rows === b.rows &&
      a.blinks === b.blinks &&
      a.cursor?.row === b.cursor?.row &&
      a.cursor?.column === b.cursor?.column &&
      sameBytes(a.codes, b.codes) &&
      sameBytes(a.attributes, b.attributes)
    )
  }
  return (
    b.kind === 'graphics' && a.width === b.width && a.height === b.height && sameBytes(a.pixels, b.pixels)
  )
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
