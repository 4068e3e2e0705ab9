import { LittleEndian } from '../support/bytes.ts'
import type { ByteSource } from './byte-source.ts'
import type { Partition } from './image.ts'
import { sectorSize } from './sector.ts'

/** UEFI 2.10 §5.3. */
const headerSize = 92
const entrySize = 128
const maxEntries = 128
const unused = '00000000-0000-0000-0000-000000000000'
const legacyBootable = 2

export const efiSystemType = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B'

const typeNames: Readonly<Record<string, string>> = {
  [efiSystemType]: 'EFI system',
  '21686148-6449-6E6F-744E-656564454649': 'BIOS boot',
  '0FC63DAF-8483-4772-8E79-3D69D8477DE4': 'Linux',
  'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7': 'basic data',
}

export interface Gpt {
  readonly partitions: readonly Partition[]
  /** Where its entries are said to be there are none. */
  readonly isDamaged: boolean
}

/** The GUID partition table in the second sector, or null where there is none. */
export function readGpt(source: ByteSource): Gpt | null {
  const header = new LittleEndian(source.read(sectorSize, headerSize))
  if (header.length < headerSize || header.text(0, 8) !== 'EFI PART') return null
  const start = header.u64(72) * BigInt(sectorSize)
  const size = header.u32(84)
  const count = Math.min(header.u32(80), maxEntries)
  if (size < entrySize || size > sectorSize || start >= BigInt(source.size)) {
    return { partitions: [], isDamaged: true }
  }
  const table = source.read(Number(start), count * size)
  const partitions: Partition[] = []
  for (let index = 0; index < count && (index + 1) * size <= table.length; index++) {
    const entry = new LittleEndian(table.subarray(index * size, (index + 1) * size))
    const type = guid(entry)
    if (type === unused) continue
    const first = entry.u64(32)
    partitions.push({
      number: index + 1,
      type,
      name: label(entry) || (typeNames[type] ?? ''),
      bootable: ((entry.u8(48) >> legacyBootable) & 1) === 1,
      firstSector: Number(first),
      sectors: Number(entry.u64(40) - first + 1n),
    })
  }
  return { partitions, isDamaged: false }
}

/** Stored with its first three groups little-endian. */
function guid(entry: LittleEndian): string {
  const group = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')
  const tail = Array.from(entry.bytes.subarray(8, 16), (byte) => group(byte, 2)).join('')
  const head = [group(entry.u32(0), 8), group(entry.u16(4), 4), group(entry.u16(6), 4)]
  return [...head, tail.slice(0, 4), tail.slice(4)].join('-').toUpperCase()
}

/** 36 UTF-16 units. */
function label(entry: LittleEndian): string {
  const text = new TextDecoder('utf-16le').decode(entry.bytes.subarray(56, entrySize))
  return text.split('\0')[0] ?? ''
}
