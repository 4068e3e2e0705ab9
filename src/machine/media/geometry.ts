import { LittleEndian } from '../../support/bytes.ts'

/** Cylinders, heads and sectors, as int 13h counts them. A sector has 512 bytes. */
export interface DriveGeometry {
  readonly cylinders: number
  readonly heads: number
  readonly sectorsPerTrack: number
}

const mostCylinders = 1024
/** The last is set apart for diagnostics. */
const leastCylinders = 2
const assistedSectors = 63
/** The last of them is 255: DOS cannot count to 256. */
const assistedHeads = [16, 32, 64, 128, 255] as const
const mostHeadsOfDrive = 16

/**
 * The geometry of a hard disk that begins with `firstSector`: what its partition table was made for, where
 * that needs no translation; else what a BIOS with LBA assist makes of its size.
 */
export function diskGeometry(sectors: number, firstSector: Uint8Array): DriveGeometry {
  return partitionedGeometry(sectors, new LittleEndian(firstSector)) ?? assistedGeometry(sectors)
}

/**
 * Enhanced Disk Drive Specification 3.0, annex B: the fewest heads with which 1024 cylinders reach all of it.
 */
function assistedGeometry(sectors: number): DriveGeometry {
  const reach = (heads: number) => sectors <= heads * assistedSectors * mostCylinders
  return geometry(sectors, assistedHeads.find(reach) ?? 255, assistedSectors)
}

const signature = { at: 510, value: 0xaa55 } as const
const table = { at: 446, entryBytes: 16, entries: 4 } as const
const lastHeadAt = 5
const lastSectorAt = 6
const sizeAt = 12

/**
 * By where the first partition says that it ends: partitions end with a cylinder. Old disks and small images
 * have geometries of their own, and their boot sectors may know no other.
 */
function partitionedGeometry(sectors: number, sector: LittleEndian): DriveGeometry | null {
  if (sector.u16(signature.at) !== signature.value) return null
  for (let at: number = table.at; at < signature.at; at += table.entryBytes) {
    const heads = sector.u8(at + lastHeadAt) + 1
    const perTrack = sector.u8(at + lastSectorAt) & 0x3f
    if (sector.u32(at + sizeAt) === 0 || heads === 1 || perTrack === 0) continue
    if (sectors < heads * perTrack) continue
    return heads <= mostHeadsOfDrive ? geometry(sectors, heads, perTrack) : null
  }
  return null
}

function geometry(sectors: number, heads: number, sectorsPerTrack: number): DriveGeometry {
  const cylinders = Math.floor(sectors / (heads * sectorsPerTrack))
  return {
    cylinders: Math.min(Math.max(cylinders, leastCylinders), mostCylinders),
    heads,
    sectorsPerTrack,
  }
}
