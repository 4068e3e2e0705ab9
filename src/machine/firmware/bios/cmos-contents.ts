import type { Drive } from '../../media/drive.ts'
import { floppyBits } from './disk-emulation.ts'
import { controlByte, physicalGeometry, tabledDisks } from './fixed-disk-tables.ts'

/** Bytes of CMOS RAM that firmware and guests look at (Ralf Brown's CMOS.LST; Bochs, CMOS map). */
const at = {
  floppyTypes: 0x10,
  diskTypes: 0x12,
  equipment: 0x14,
  baseMemory: 0x15,
  extendedMemory: 0x17,
  moreTypes: 0x19,
  checksum: 0x2e,
  extendedMemoryAgain: 0x30,
  century: 0x32,
  highMemory: 0x34,
  thirdBoot: 0x38,
  translations: 0x39,
  firstBoots: 0x3d,
} as const
/** The sum goes from the first up to the checksum, without it. */
const summedFrom = 0x10
/** Of both disks: see the bytes from 1Bh, or 24h, on; and the type of which they are the description. */
const disks = [
  { described: 0xf0, geometry: 0x1b },
  { described: 0x0f, geometry: 0x24 },
] as const
const typeOfUser = 47
const noCylinder = 0xffff
/** LBA assist, of two bits a disk. */
const assisted = 1
const mostPhysicalHeads = 16
const bootCode = { floppy: 1, disk: 2, cdrom: 3 } as const

/** Kibibytes below 1 MiB, the BIOS data area's last one included. */
const baseKiB = 640
const kiBBelow = { first: 1024, second: 16 * 1024 } as const
/** A coprocessor, a mouse. */
const plainEquipment = 0x06

/**
 * Equipment and sizes of memory that is the guest's, as the memory map has it: in KiB above 1 MiB, in 64 KiB
 * above 16 MiB. The rest is 0: no shutdown code (0Fh), no memory above 4 GiB (5Bh), one processor (5Fh).
 */
export function describeMachine(ram: number[], extendedEnd: number): void {
  const kiB = extendedEnd / 1024
  const extended = Math.min(kiB - kiBBelow.first, 63 * 1024)
  ram[at.equipment] = plainEquipment
  setWord(ram, at.baseMemory, baseKiB)
  setWord(ram, at.extendedMemory, extended)
  setWord(ram, at.extendedMemoryAgain, extended)
  setWord(ram, at.highMemory, Math.max(kiB - kiBBelow.second, 0) / 64)
  ram[at.century] = 0x20
  sumUp(ram)
}

/** The first two drives of both kinds, and which three are tried first. */
export function describeDrives(ram: number[], drives: readonly Drive[], bootOrder: readonly number[]): void {
  const [first, second] = drives.filter((drive) => drive.kind === 'floppy')
  ram[at.floppyTypes] = ((first?.geometry.driveType ?? 0) << 4) | (second?.geometry.driveType ?? 0)
  ram[at.equipment] = plainEquipment | floppyBits(first ? (second ? 2 : 1) : 0)
  for (const [index, disk] of tabledDisks(drives).entries()) {
    const place = disks[index] ?? disks[0]
    ram[at.diskTypes] = (ram[at.diskTypes] ?? 0) | place.described
    ram[at.moreTypes + index] = typeOfUser
    const { cylinders, heads, sectorsPerTrack } = physicalGeometry(disk)
    setWord(ram, place.geometry, cylinders)
    ram[place.geometry + 2] = heads
    setWord(ram, place.geometry + 3, noCylinder)
    ram[place.geometry + 5] = controlByte(heads)
    setWord(ram, place.geometry + 6, cylinders)
    ram[place.geometry + 8] = sectorsPerTrack
    if (disk.geometry.heads > mostPhysicalHeads) {
      ram[at.translations] = (ram[at.translations] ?? 0) | (assisted << (2 * index))
    }
  }
  const codes = bootOrder.map(
    (number) => bootCode[drives.find((drive) => drive.number === number)?.kind ?? 'disk'],
  )
  ram[at.firstBoots] = (codes[0] ?? 0) | ((codes[1] ?? 0) << 4)
  ram[at.thirdBoot] = (codes[2] ?? 0) << 4
  sumUp(ram)
}

/** High byte first. */
function sumUp(ram: number[]): void {
  let sum = 0
  for (let index = summedFrom; index < at.checksum; index++) sum += ram[index] ?? 0
  ram[at.checksum] = (sum >> 8) & 0xff
  ram[at.checksum + 1] = sum & 0xff
}

function setWord(ram: number[], index: number, value: number): void {
  ram[index] = value & 0xff
  ram[index + 1] = value >> 8
}
