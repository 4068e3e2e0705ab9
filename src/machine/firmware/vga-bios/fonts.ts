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
const medium: VideoFont = { glyphs: withoutEdges(), height: glyphHeight - 2 }

function withoutEdges(): Uint8Array {
  const height = glyphHeight - 2
  const glyphs = new Uint8Array((font.length / glyphHeight) * height)
  for (let at = 0; at * height < glyphs.length; at++) {
    glyphs.set(font.subarray(at * glyphHeight + 1, (at + 1) * glyphHeight - 1), at * height)
  }
  return glyphs
}

export const fonts = { 8: small, 14: medium, 16: large } as const
