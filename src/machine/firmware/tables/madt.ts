import { acpiTable } from './acpi-table.ts'
import { type Bytes, u8, u16, u32 } from './table-fields.ts'

/** There are two 8259A as well. */
const pcatCompatible = 1

/** Interrupt controllers: one local APIC, LINT1 is NMI (ACPI specification 4.0, section 5.2.12). */
export function madt(localApic: number): Bytes {
  const processor = { id: 0, apic: 0, enabled: 1 }
  const allProcessors = 0xff
  return acpiTable('APIC', 3, [
    ...u32(localApic),
    ...u32(pcatCompatible),
    ...[...u8(0), ...u8(8), ...u8(processor.id), ...u8(processor.apic), ...u32(processor.enabled)],
    ...[...u8(4), ...u8(6), ...u8(allProcessors), ...u16(0), ...u8(1)],
  ])
}
