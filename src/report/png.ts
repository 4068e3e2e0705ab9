import { PNG } from 'pngjs'
import { KernelTestError } from '../support/errors.ts'

/** Pixels: RGBA, 8 bits each, row by row. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
}

/** Compare pixels, never these bytes: the deflate stream may differ between Node versions. */
export function encodePng(picture: Picture): Uint8Array {
  const { width, height, pixels } = picture
  const png = new PNG({ width, height })
  png.data = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength)
  return PNG.sync.write(png)
}

/**
 * @param what names the file in the error.
 * @throws KernelTestError KT5020 when the bytes are not a PNG file.
 */
export function decodePng(bytes: Uint8Array, what: string): Picture {
  try {
    const { width, height, data } = PNG.sync.read(Buffer.from(bytes))
    return { width, height, pixels: new Uint8Array(data) }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new KernelTestError(
      'KT5020',
      `${what} is not a PNG picture: ${detail}`,
      'Restore the file from version control, or delete it and run with -u to make it anew.',
    )
  }
}
