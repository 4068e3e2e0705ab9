import type { Platform } from './service.ts'

const segmentAt = 0x400
const codeBytes = 2

/** The ring of codes in the BIOS data area, which programs look at and move too. */
export function nextKey({ data, memory }: Platform): number | null {
  const { keyBufferHead: head, keyBufferTail: tail } = data
  if (head === tail) return null
  return memory.readNumber(segmentAt + head, codeBytes)
}

export function dropKey({ data }: Platform): void {
  data.keyBufferHead = following(data.keyBufferHead, data)
}

/** False where the buffer is full. */
export function addKey({ data, memory }: Platform, code: number): boolean {
  const tail = data.keyBufferTail
  const next = following(tail, data)
  if (next === data.keyBufferHead) return false
  memory.writeNumber(segmentAt + tail, codeBytes, code)
  data.keyBufferTail = next
  return true
}

export function emptyKeyBuffer({ data }: Platform): void {
  data.keyBufferHead = data.keyBufferStart
  data.keyBufferTail = data.keyBufferStart
}

function following(at: number, { keyBufferStart, keyBufferEnd }: Platform['data']): number {
  return at + codeBytes >= keyBufferEnd ? keyBufferStart : at + codeBytes
}
