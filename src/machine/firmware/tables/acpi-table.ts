import { type Bytes, joined, text, u8, u32, withChecksum } from './table-fields.ts'

export const oemId = text('KTEST', 6)

const headerBytes = 36
const checksumAt = 9

/** A table with ACPI's header in front of it (ACPI specification 6.0, section 5.2.6). */
export function acpiTable(signature: string, revision: number, body: Bytes): Bytes {
  const oemTable = text('KTPC', 8)
  const oemRevision = u32(1)
  const creator = [...text('KTST'), ...u32(1)]
  const header = [...text(signature), ...u32(headerBytes + body.length), ...u8(revision), ...u8(0)]
  return withChecksum(joined([header, oemId, oemTable, oemRevision, creator, body]), checksumAt)
}
