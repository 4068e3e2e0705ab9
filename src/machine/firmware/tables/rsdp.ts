import { oemId } from './acpi-table.ts'
import { type Bytes, text, u8, u32, u64, withChecksum, zeros } from './table-fields.ts'

/** Covers what ACPI 1.0 defined, the first 20 bytes; the extended one covers all. */
const checksum = { at: 8, bytes: 20, extendedAt: 32 } as const

/** The root system description pointer (ACPI specification 6.0, section 5.2.5.3). */
export function rsdp({ rsdt, xsdt }: { readonly rsdt: number; readonly xsdt: number }): Bytes {
  const revision = 2
  const first = [...text('RSD PTR '), ...u8(0), ...oemId, ...u8(revision), ...u32(rsdt)]
  const rest = [...u32(36), ...u64(xsdt), ...u8(0), ...zeros(3)]
  return withChecksum([...withChecksum(first, checksum.at), ...rest], checksum.extendedAt)
}
