import { acpiTable } from './acpi-table.ts'
import { type Bytes, u32, u64 } from './table-fields.ts'

/** The root system description table: where the others are (ACPI specification 6.0, section 5.2.7). */
export function rsdt(tables: readonly number[]): Bytes {
  return acpiTable('RSDT', 1, tables.flatMap(u32))
}

/** The same with addresses of 64 bits (section 5.2.8). */
export function xsdt(tables: readonly number[]): Bytes {
  return acpiTable('XSDT', 1, tables.flatMap(u64))
}
