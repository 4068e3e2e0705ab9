/** `[start, end)` of physical memory. */
export interface PhysicalRange {
  readonly start: number
  readonly end: number
}

const mib = 1 << 20
const page = 4096
/** RAM goes at least this far up on every machine shape, if there is that much. */
const surelyRam = 2048 * mib
/**
 * SeaBIOS keeps its tables in the last 256 KiB, and works there until the kernel starts; where there is more
 * than 32 MiB it reserves 16 MiB for tables and works right below those.
 */
const firmwareBytes = { small: mib, large: 17 * mib, largeFrom: 32 * mib }

/**
 * The highest page-aligned hole of `size` bytes above 1 MiB that touches neither `taken` nor the firmware, or
 * null.
 */
export function findHole(size: number, taken: readonly PhysicalRange[], memoryMiB: number): number | null {
  const memory = memoryMiB * mib
  const { small, large, largeFrom } = firmwareBytes
  let end = Math.min(memory, surelyRam) - (memory > largeFrom ? large : small)
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
