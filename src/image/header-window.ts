import type { ByteSource } from './byte-source.ts'

/** A stretch of the file in which boot headers are looked for. */
export interface HeaderWindow {
  /** Offset in the file. */
  readonly at: number
  readonly bytes: Uint8Array
}

/** Twice what multiboot2 allows, so that a header that lies just too far is found and told. */
const windowSize = 65_536
const maxWindows = 8

/** The head of the file, where a header is, and of the first segments, where one ends up by mistake. */
export function headerWindows(source: ByteSource, segmentOffsets: readonly number[]): HeaderWindow[] {
  const starts = [0, ...segmentOffsets.filter((offset) => offset >= windowSize && offset < source.size)]
  const unique = [...new Set(starts)].sort((one, other) => one - other).slice(0, maxWindows)
  return unique.map((at) => ({ at, bytes: source.read(at, windowSize) }))
}

/** Where the 32-bit `magic` stands in the window, aligned or not. */
export function* magicOffsets(bytes: Uint8Array, magic: number): Generator<number> {
  const [first = 0, second, third, fourth] = new Uint8Array(new Uint32Array([magic]).buffer)
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (bytes[at + 1] === second && bytes[at + 2] === third && bytes[at + 3] === fourth) yield at
  }
}
