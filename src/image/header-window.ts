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

/** The head of the file and of each of the first segments: where a header is, and where one ends up by mistake. */
export function headerWindows(source: ByteSource, segmentOffsets: readonly number[]): HeaderWindow[] {
  const starts = [0, ...segmentOffsets.filter((offset) => offset >= windowSize && offset < source.size)]
  const unique = [...new Set(starts)].sort((one, other) => one - other).slice(0, maxWindows)
  return unique.map((at) => ({ at, bytes: source.read(at, windowSize) }))
}
