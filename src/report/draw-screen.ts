import type { GraphicsScreen, Screen, TextScreen } from '../observe/screen.ts'
import { font, glyphHeight, glyphWidth } from '../support/font-8x16.ts'
import { colorOf, type Rgb } from './palette.ts'

/**
 * The screen as pixels. A text screen is drawn from its cells with our own font, so that every engine and
 * machine gives the same picture: cells are 8 pixels wide (the VGA's ninth column is left out), blinking text
 * is shown, the cursor is not. A font or palette that the guest loaded is not shown.
 */
export function drawScreen(screen: Screen): GraphicsScreen {
  if (screen.kind === 'graphics') return screen
  const width = screen.columns * glyphWidth
  const height = screen.rows * glyphHeight
  const pixels = new Uint8Array(width * height * 4)
  for (let row = 0; row < screen.rows; row++) {
    for (let column = 0; column < screen.columns; column++) drawCell(screen, row, column, pixels, width)
  }
  return { kind: 'graphics', width, height, pixels }
}

function drawCell(screen: TextScreen, row: number, column: number, pixels: Uint8Array, width: number): void {
  const cell = row * screen.columns + column
  const code = screen.codes[cell] ?? 0
  const { foreground, background } = cellColors(screen, cell)
  for (let y = 0; y < glyphHeight; y++) {
    const bits = font[code * glyphHeight + y] ?? 0
    let at = ((row * glyphHeight + y) * width + column * glyphWidth) * 4
    for (let mask = 0x80; mask !== 0; mask >>= 1) {
      pixels.set(bits & mask ? foreground : background, at)
      pixels[at + 3] = 0xff
      at += 4
    }
  }
}

/** Bit 7 of an attribute is the background's intensity unless the screen blinks. */
function cellColors(screen: TextScreen, cell: number): { foreground: Rgb; background: Rgb } {
  const attribute = screen.attributes[cell] ?? 0
  const background = (attribute >> 4) & (screen.blinks ? 7 : 15)
  return { foreground: colorOf(attribute), background: colorOf(background) }
}
