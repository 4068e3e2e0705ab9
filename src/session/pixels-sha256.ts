import { createHash } from 'node:crypto'

/** By which frames are told apart: of their RGBA bytes, in hexadecimal digits. */
export function pixelsSha256(pixels: Uint8Array): string {
  return createHash('sha256').update(pixels).digest('hex')
}
