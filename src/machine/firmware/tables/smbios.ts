import type { ProcessorIdentity } from './processor-identity.ts'
import { smbiosStructures } from './smbios-structures.ts'
import { type Bytes, text, u8, u16, u32, withChecksum, zeros } from './table-fields.ts'

const checksumAt = { entryPoint: 4, intermediate: 5 } as const
const versionBcd = 0x28

/** All structures, in the order of their handles. */
export interface SmbiosTable {
  readonly bytes: Bytes
  readonly count: number
  readonly largest: number
}

export function smbiosTable(ramBytes: number, processor: ProcessorIdentity): SmbiosTable {
  const structures = smbiosStructures(ramBytes, processor)
  const largest = Math.max(...structures.map(({ length }) => length))
  return { bytes: structures.flat(), count: structures.length, largest }
}

/** The entry point structure (SMBIOS specification 2.8, section 5.2.1). */
export function smbiosEntryPoint({ bytes, count, largest }: SmbiosTable, at: number): Bytes {
  const formatted = zeros(5)
  const intermediate = withChecksum(
    [...text('_DMI_'), ...u8(0), ...u16(bytes.length), ...u32(at), ...u16(count), ...u8(versionBcd)],
    checksumAt.intermediate,
  )
  const version = [...u8(versionBcd >> 4), ...u8(versionBcd & 15)]
  const head = [...text('_SM_'), ...u8(0), ...u8(0x1f), ...version, ...u16(largest), ...u8(0), ...formatted]
  return withChecksum([...head, ...intermediate], checksumAt.entryPoint)
}
