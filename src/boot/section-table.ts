import type { ElfImage } from '../image/image.ts'
import { LittleEndian, padded } from '../support/bytes.ts'
import type { MemoryLayout } from './memory-layout.ts'

/** An ELF file's section headers as multiboot hands them to a kernel. */
export interface SectionTable {
  readonly bytes: Uint8Array
  readonly count: number
  readonly entryBytes: number
  /** Of the section that holds the names. */
  readonly namesIndex: number
}

/** System V ABI, chapter 4: offsets in the ELF header and in a section header. */
const offsets = {
  32: { table: 32, entryBytes: 46, count: 48, namesIndex: 50, address: 12, file: 16, size: 20, entry: 40 },
  64: { table: 40, entryBytes: 58, count: 60, namesIndex: 62, address: 16, file: 24, size: 32, entry: 64 },
} as const
const headerBytes = 64
const typeOffset = 4
const symbolTable = 2
const stringTable = 3

/**
 * Takes and writes the symbol and string tables of the file, which no segment holds, and answers the section
 * headers with their addresses filled in. Debug information stays out, unlike with GRUB: it would be most of
 * what is loaded. Null where the file has no section headers, or damaged ones.
 */
export function loadSectionTable(layout: MemoryLayout, image: ElfImage): SectionTable | null {
  const { source, bits } = image
  const field = offsets[bits]
  const word = (view: LittleEndian, at: number) => (bits === 64 ? Number(view.u64(at)) : view.u32(at))
  const header = new LittleEndian(padded(source.read(0, headerBytes), headerBytes))
  const tableAt = word(header, field.table)
  const [entryBytes, count] = [header.u16(field.entryBytes), header.u16(field.count)]
  if (count === 0 || entryBytes !== field.entry || tableAt + count * entryBytes > source.size) return null

  const bytes = Uint8Array.from(source.read(tableAt, count * entryBytes))
  const table = new LittleEndian(bytes)
  for (let entry = 0; entry < bytes.length; entry += entryBytes) {
    const type = table.u32(entry + typeOffset)
    const [address, at, size] = [field.address, field.file, field.size].map((one) => word(table, entry + one))
    const loads = (type === symbolTable || type === stringTable) && address === 0 && size !== 0
    if (!loads || at === undefined || size === undefined || at + size > source.size) continue
    const loaded = layout.add('symbols', source.read(at, size), 16, 'first')
    new DataView(bytes.buffer).setUint32(entry + field.address, Number(loaded), true)
  }
  return { bytes, count, entryBytes, namesIndex: header.u16(field.namesIndex) }
}
