import { LittleEndian, padded } from '../support/bytes.ts'
import type { ByteSource } from './byte-source.ts'
import { hasBootSignature } from './disk.ts'
import { type BootCatalog, isoSectorSize, readBootCatalog } from './el-torito.ts'
import type { Flaw } from './flaw.ts'
import type { IsoImage } from './image.ts'

/** ECMA-119 §6.2.1: the volume descriptors begin after the system area of 16 sectors. */
const bootSectorSize = 512
const firstDescriptor = 16
const maxDescriptors = 32
const primary = 1
const bootRecord = 0
const terminator = 255
const elToritoName = 'EL TORITO SPECIFICATION'

/** Whether the source has a volume descriptor where ISO 9660 wants one. */
export function isIso(source: ByteSource): boolean {
  return descriptor(source, 0) !== null
}

/** The volume recognition sequence of UDF alone begins with another name (ECMA-167 2/9.2). */
export function hasVolume(source: ByteSource): boolean {
  return isIso(source) || sectorAt(source, firstDescriptor).text(1, 5) === 'BEA01'
}

/** Reads the volume descriptors and the boot catalog of an ISO 9660 image. */
export function readIso(source: ByteSource): IsoImage {
  let volume = ''
  let claimedSectors = 0
  let catalog: BootCatalog | null = null
  for (let index = 0; index < maxDescriptors; index++) {
    const fields = descriptor(source, index)
    if (fields === null || fields.u8(0) === terminator) break
    if (fields.u8(0) === primary) {
      volume = fields.text(40, 32).trimEnd()
      claimedSectors = fields.u32(80)
    }
    if (fields.u8(0) === bootRecord && fields.text(7, 32) === elToritoName) {
      catalog ??= readBootCatalog(source, fields.u32(71))
    }
  }
  const hybrid = hasBootSignature(source.read(0, bootSectorSize))
  const found = catalog === null ? [noCatalog] : catalog.flaws
  const flaws: Flaw[] = found.map((flaw) => (hybrid && flaw.severity === 'fatal' ? onlyAsDisk(flaw) : flaw))
  if (claimedSectors * isoSectorSize > source.size) flaws.push(pastEnd(claimedSectors, source.size))
  return {
    kind: 'iso',
    source,
    volume,
    bootEntries: catalog?.entries ?? [],
    hybrid,
    flaws,
  }
}

/** A hybrid image still starts from its boot sector. */
function onlyAsDisk(flaw: Flaw): Flaw {
  return { ...flaw, severity: 'warning', consequence: `${flaw.consequence}, unless it is attached as a disk` }
}

function descriptor(source: ByteSource, index: number): LittleEndian | null {
  const fields = sectorAt(source, firstDescriptor + index)
  return fields.text(1, 5) === 'CD001' ? fields : null
}

function sectorAt(source: ByteSource, sector: number): LittleEndian {
  return new LittleEndian(padded(source.read(sector * isoSectorSize, isoSectorSize), isoSectorSize))
}

const noCatalog: Flaw = {
  id: 'no-boot-catalog',
  severity: 'fatal',
  what: 'no El Torito boot record',
  consequence: 'the image holds files only: firmware finds nothing on it to start',
  mend: 'name a boot image when making it (xorriso -as mkisofs -b boot.bin -no-emul-boot), or use grub-mkrescue',
}

function pastEnd(sectors: number, size: number): Flaw {
  return {
    id: 'iso-past-end',
    severity: 'warning',
    what: `the volume claims ${sectors} sectors of ${isoSectorSize} bytes; the file has ${Math.floor(size / isoSectorSize)}`,
    consequence: 'the image was cut short: files near its end cannot be read',
    mend: 'make or download it again',
  }
}
