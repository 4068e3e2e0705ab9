/** `[start, end)` of physical memory. */
export interface PhysicalRange {
  readonly start: number
  readonly end: number
}

const mib = 1 << 20
const page = 4096
/** RAM goes at least this far up on every machine shape, if there is that much. */
const surelyRam = 2048 * mib
/** SeaBIOS keeps its tables at the end of RAM and works there while it starts. */
const firmwareBytes = mib

/** The highest page-aligned hole of `size` bytes above 1 MiB that touches neither `taken` nor the firmware, or null. */
export function findHole(size: number, taken: readonly PhysicalRange[], memoryMiB: number): number | null {
  const top = Math.min(memoryMiB * mib, surelyRam) - firmwareBytes
  let end = top
  for (const range of [...taken].sort((one, other) => other.end - one.end)) {
    const start = alignDown(end - size)
    if (start >= range.end) break
    end = Math.min(end, range.start)
  }
  const start = alignDown(end - size)
  return start >= mib ? start : null
}

function alignDown(address: number): number {
  return Math.floor(address / page) * page
}
