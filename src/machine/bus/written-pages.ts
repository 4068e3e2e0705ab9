/**
 * Numbers of pages that are marked in a map with a byte a page, 0 or 1. Eight are looked at at once, as the
 * bits of a number, which is 0 or tiny: most are not marked. The map begins and ends at a multiple of eight.
 */
export function writtenPages({ buffer, byteOffset, length }: Uint8Array): number[] {
  const eights = new Float64Array(buffer, byteOffset, length / 8)
  const map = new Uint8Array(buffer, byteOffset, length)
  const pages: number[] = []
  for (let eight = 0; eight < eights.length; eight++) {
    if (eights[eight] === 0) continue
    for (let page = 8 * eight; page < 8 * eight + 8; page++) if (map[page] !== 0) pages.push(page)
  }
  return pages
}
