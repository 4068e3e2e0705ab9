import type { LittleEndian } from '../support/bytes.ts'
import type { Flaw } from './flaw.ts'

/** Fields of a FAT volume's boot sector (Microsoft FAT specification, section 3). */
const sectorBytesAt = 11
const smallTotalAt = 19
const largeTotalAt = 32

/**
 * A FAT volume's boot sector names itself (BS_FilSysType). mtools writes a partition table into it as well,
 * whose one entry begins at this very sector.
 */
export function isFat(sector: LittleEndian): boolean {
  return sector.text(54, 3) === 'FAT' || sector.text(82, 3) === 'FAT'
}

/** Of a volume that fills the image. `size` is in bytes. */
export function fatFlaws(size: number, sector: LittleEndian): readonly Flaw[] {
  const sectorBytes = sector.u16(sectorBytesAt)
  const sectors = sector.u16(smallTotalAt) || sector.u32(largeTotalAt)
  if (sectors * sectorBytes <= size) return []
  return [
    {
      id: 'file-system-past-end',
      severity: 'warning',
      what: `the FAT volume claims ${sectors} sectors of ${sectorBytes} bytes; the file has ${size} bytes`,
      consequence: 'the image was cut short, or never filled up: what lies behind its end is not there',
      mend: `make the image again, or fill it up: truncate -s ${sectors * sectorBytes} FILE`,
    },
  ]
}
