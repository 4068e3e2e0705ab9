import { glyphHeight, glyphWidth } from '../support/font-8x16.ts'
import type { Picture } from './png.ts'

/** A part of a screen: in pixels, or in text cells (8×16 pixels each), from its upper left corner. */
export type Area =
  | { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  | { readonly row: number; readonly column: number; readonly rows?: number; readonly columns?: number }

/** In pixels; may reach over the picture's edges. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** `rows` and `columns` default to 1. */
export function boxOf(area: Area): Box {
  if ('x' in area) return area
  return {
    x: area.column * glyphWidth,
    y: area.row * glyphHeight,
    width: (area.columns ?? 1) * glyphWidth,
    height: (area.rows ?? 1) * glyphHeight,
  }
}

/** The part of `picture` inside `box`, which is cut at the picture's edges; null when nothing is left. */
export function crop(picture: Picture, box: Box): Picture | null {
  const left = Math.max(0, box.x)
  const top = Math.max(0, box.y)
  const width = Math.min(picture.width, box.x + box.width) - left
  const height = Math.min(picture.height, box.y + box.height) - top
  if (width <= 0 || height <= 0) return null
  const pixels = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * picture.width + left) * 4
    pixels.set(picture.pixels.subarray(from, from + width * 4), y * width * 4)
  }
  return { width, height, pixels }
}
