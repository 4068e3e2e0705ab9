import { smallFont } from '../../../support/font-8x8.ts'
import { font, glyphHeight } from '../../../support/font-8x16.ts'

/** Glyphs of all 256 characters, `height` bytes each. */
export interface VideoFont {
  readonly glyphs: Uint8Array
  readonly height: number
}

const large: VideoFont = { glyphs: font, height: glyphHeight }
const small: VideoFont = { glyphs: smallFont, height: 8 }

/** The large one without its first and last line. */
const medium: VideoFont = {
  glyphs: font.filter((_, at) => at % glyphHeight > 0 && at % glyphHeight < glyphHeight - 1),
  height: 14,
}

export const fonts = { 8: small, 14: medium, 16: large } as const
