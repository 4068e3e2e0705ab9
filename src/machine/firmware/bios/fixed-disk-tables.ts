import type { DiskDrive, Drive } from '../../media/drive.ts'
import { ebda } from './data-area.ts'
import { bytesOf } from './little-endian.ts'

/** Where INT 41h and INT 46h point to when there are hard disks; linear (Ralf Brown's MEMORY.LST). */
export const fixedDiskTables = [
  { vector: 0x41, at: ebda.at + 0x3d },
  { vector: 0x46, at: ebda.at + 0x4d },
] as const

/** Nothing is compensated: no cylinder is so high. */
const noCylinder = 0xffff
/** No retries by the controller; more than eight heads. */
const control = { noRetries: 0xc0, manyHeads: 0x08 } as const
const isTranslated = 0xa0
const tableBytes = 16
/** More heads than these cannot be given to a drive. */
const most = { cylinders: 16_383, heads: 16, sectors: 63 } as const

/** The first two hard disks. */
export function tabledDisks(drives: readonly Drive[]): readonly DiskDrive[] {
  return drives.filter((drive) => drive.kind === 'disk').slice(0, fixedDiskTables.length)
}

/** Cylinders, heads and sectors as the drive itself counts them. */
export function physicalGeometry({ geometry, medium }: DiskDrive): DiskDrive['geometry'] {
  if (geometry.heads <= most.heads) return geometry
  const cylinders = Math.floor((medium?.sectors ?? 0) / (most.heads * most.sectors))
  return {
    cylinders: Math.min(cylinders, most.cylinders),
    heads: most.heads,
    sectorsPerTrack: most.sectors,
  }
}

export function controlByte(heads: number): number {
  return control.noRetries | (heads > 8 ? control.manyHeads : 0)
}

/**
 * A fixed disk parameter table: of the AT (Ralf Brown's list, INT 41h), or with both geometries where they
 * differ (BIOS Enhanced Disk Drive Services, INT 13h calculations, translated FDPT).
 */
export function fixedDiskTable(drive: DiskDrive): Uint8Array {
  const { cylinders, heads, sectorsPerTrack } = drive.geometry
  const physical = physicalGeometry(drive)
  const table = new Uint8Array(tableBytes)
  table.set([...bytesOf(cylinders, 2), heads])
  table.set([...bytesOf(noCylinder, 2), 0, controlByte(physical.heads)], 5)
  table.set([...bytesOf(physical.cylinders, 2), sectorsPerTrack], 12)
  if (physical === drive.geometry) return table
  table.set([isTranslated, physical.sectorsPerTrack], 3)
  table.set([...bytesOf(physical.cylinders, 2), physical.heads], 9)
  table[tableBytes - 1] = -table.reduce((sum, byte) => sum + byte, 0)
  return table
}
