import { type Bytes, text, u8, u32, zeros } from './table-fields.ts'

/** The firmware ACPI control structure, which a kernel writes to (ACPI specification 6.0, section 5.2.10). */
export function facs(): Bytes {
  const bytes = 64
  const version = 1
  const head = [...text('FACS'), ...u32(bytes), ...zeros(24), ...u8(version)]
  return [...head, ...zeros(bytes - head.length)]
}
