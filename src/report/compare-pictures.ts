import pixelmatch from 'pixelmatch'
import type { Box } from './area.ts'
import type { Picture } from './png.ts'

/** How exact two pictures must agree. Without any of these every pixel must be equal. */
export interface Tolerance {
  /** Colour distance that still counts as equal, 0 to 1 (pixelmatch). */
  readonly threshold?: number
  /** Count anti-aliased pixels too; only with `threshold`. Default false. */
  readonly includeAA?: boolean
  readonly allowedMismatchedPixels?: number
  /** Of the pixels compared, 0 to 1. With both limits the stricter one counts. */
  readonly allowedMismatchedPixelRatio?: number
}

export interface PictureComparison {
  readonly pass: boolean
  /** Pixels that differ; those that only one of the pictures has are among them. */
  readonly mismatched: number
  /** Pixels looked at: all but the masked ones. */
  readonly compared: number
  readonly sameSize: boolean
  /**
   * As large as the larger in each direction: the actual picture faded, masked parts hatched, mismatches red.
   */
  readonly difference: Picture
}

/** Compares pixel by pixel, outside `masks`. Pictures of different sizes never pass. */
export function comparePictures(
  reference: Picture,
  actual: Picture,
  masks: readonly Box[],
  tolerance: Tolerance,
): PictureComparison {
  const width = Math.max(reference.width, actual.width)
  const height = Math.max(reference.height, actual.height)
  const before = onCanvas(reference, width, height)
  const after = onCanvas(actual, width, height)
  const masked = maskedPixels(masks, width, height)
  const wrong = mismatches(before, after, width, height, tolerance)
  let mismatched = 0
  let compared = 0
  for (let pixel = 0; pixel < wrong.length; pixel++) {
    if (masked[pixel]) continue
    compared++
    if (wrong[pixel]) mismatched++
  }
  const sameSize = reference.width === actual.width && reference.height === actual.height
  return {
    pass: sameSize && mismatched <= allowance(compared, tolerance),
    mismatched,
    compared,
    sameSize,
    difference: { width, height, pixels: drawDifference(after, wrong, masked, width) },
  }
}

function allowance(compared: number, tolerance: Tolerance): number {
  const pixels = tolerance.allowedMismatchedPixels
  const ratio = tolerance.allowedMismatchedPixelRatio
  if (pixels === undefined && ratio === undefined) return 0
  return Math.min(pixels ?? Number.POSITIVE_INFINITY, (ratio ?? Number.POSITIVE_INFINITY) * compared)
}

/**
 * The picture in the upper left of a transparent canvas; where only one has a pixel, alpha makes it a
 * mismatch.
 */
function onCanvas(picture: Picture, width: number, height: number): Uint8Array {
  if (picture.width === width && picture.height === height) return picture.pixels
  const canvas = new Uint8Array(width * height * 4)
  for (let y = 0; y < picture.height; y++) {
    const row = picture.pixels.subarray(y * picture.width * 4, (y + 1) * picture.width * 4)
    canvas.set(row, y * width * 4)
  }
  return canvas
}

function maskedPixels(masks: readonly Box[], width: number, height: number): Uint8Array {
  const masked = new Uint8Array(width * height)
  for (const mask of masks) {
    const left = Math.max(0, mask.x)
    const right = Math.min(width, mask.x + mask.width)
    for (let y = Math.max(0, mask.y); y < Math.min(height, mask.y + mask.height); y++) {
      if (right > left) masked.fill(1, y * width + left, y * width + right)
    }
  }
  return masked
}

/** One byte a pixel: 1 where the two differ. */
function mismatches(
  before: Uint8Array,
  after: Uint8Array,
  width: number,
  height: number,
  tolerance: Tolerance,
): Uint8Array {
  const wrong = new Uint8Array(width * height)
  for (let pixel = 0; pixel < wrong.length; pixel++) {
    const at = pixel * 4
    const equal =
      before[at] === after[at] &&
      before[at + 1] === after[at + 1] &&
      before[at + 2] === after[at + 2] &&
      before[at + 3] === after[at + 3]
    if (!equal) wrong[pixel] = 1
  }
  if (tolerance.threshold === undefined) return wrong
  const found = new Uint8Array(width * height * 4)
  const { threshold, includeAA = false } = tolerance
  pixelmatch(before, after, found, width, height, { threshold, includeAA, diffMask: true })
  for (let pixel = 0; pixel < wrong.length; pixel++) {
    const onlyOne = before[pixel * 4 + 3] !== after[pixel * 4 + 3]
    if (!onlyOne && found[pixel * 4 + 3] === 0) wrong[pixel] = 0
  }
  return wrong
}

function drawDifference(after: Uint8Array, wrong: Uint8Array, masked: Uint8Array, width: number): Uint8Array {
  const pixels = new Uint8Array(wrong.length * 4)
  for (let pixel = 0; pixel < wrong.length; pixel++) {
    const at = pixel * 4
    const brightness = 0.299 * (after[at] ?? 0) + 0.587 * (after[at + 1] ?? 0) + 0.114 * (after[at + 2] ?? 0)
    const faded = 255 - Math.round((255 - brightness) * 0.15)
    const hatch = (Math.floor(pixel / width) + (pixel % width)) % 6 < 2
    if (masked[pixel]) pixels.fill(hatch ? 160 : 200, at, at + 3)
    else if (wrong[pixel]) pixels.set([220, 20, 60], at)
    else pixels.fill(faded, at, at + 3)
    pixels[at + 3] = 255
  }
  return pixels
}
