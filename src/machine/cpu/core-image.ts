import type { Core } from './interpreter/core.ts'
import type { HandlerNumbers } from './interpreter/handler-numbers.ts'

/** A generated core as one file: u32 length of a JSON text, the text, the module. */
export function encodeCore({ bytes, numbers }: Core): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(numbers))
  const image = new Uint8Array(4 + text.length + bytes.length)
  new DataView(image.buffer).setUint32(0, text.length, true)
  image.set(text, 4)
  image.set(bytes, 4 + text.length)
  return image
}

export function decodeCore(image: Uint8Array): Core {
  const length = new DataView(image.buffer, image.byteOffset).getUint32(0, true)
  const text = new TextDecoder().decode(image.subarray(4, 4 + length))
  return { bytes: image.slice(4 + length), numbers: JSON.parse(text) as HandlerNumbers }
}
