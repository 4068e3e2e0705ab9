import { firstBadSector, type Medium } from '../devices/medium.ts'

const sectorBytes = 512

/**
 * Sectors of 512 bytes that lie on a disc with larger ones, from its sector `first` on: what El Torito calls
 * a disk image. It is as little written to as the disc, and ends where that does.
 */
export function imageOnDisc(disc: Medium, first: number, sectors: number): Medium {
  const perSector = disc.sectorBytes / sectorBytes
  const onDisc = Math.min(sectors, Math.max(disc.sectors - first, 0) * perSector)
  return {
    sectorBytes,
    sectors: onDisc,
    isWritable: false,
    missed: (range) => disc.missed?.(range, onDisc),
    misaddressed: (place) => disc.misaddressed?.({ ...place, isImage: true }),
    firstBad(from, count) {
      const start = Math.floor(from / perSector)
      const end = Math.ceil((from + count) / perSector)
      const bad = firstBadSector(disc, { first: first + start, count: end - start })
      return bad === null ? null : Math.max((bad - first) * perSector, from)
    },
    read(from, count) {
      const start = Math.floor(from / perSector)
      const end = Math.ceil((from + count) / perSector)
      const bytes = disc.read(first + start, end - start)
      const skipped = (from - start * perSector) * sectorBytes
      return bytes.subarray(skipped, skipped + count * sectorBytes)
    },
    write() {},
  }
}
