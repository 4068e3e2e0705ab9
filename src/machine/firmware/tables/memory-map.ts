import { apicMemory } from '../../layout.ts'

/** `[start, end)` of physical memory. */
export interface MemoryRange {
  readonly start: number
  readonly end: number
  /** As E820 numbers it: available, reserved, ACPI tables that can be reclaimed, ACPI NVS. */
  readonly type: 1 | 2 | 3 | 4
}

const kib = 2 ** 10
const mib = 2 ** 20
const fourGiB = 2 ** 32

/** The extended BIOS data area: the last KiB of conventional memory. */
const ebda = { start: 639 * kib, end: 640 * kib } as const
const bios = { start: 0xf0000, end: mib } as const
const localApic = { start: apicMemory.first, end: apicMemory.first + apicMemory.count } as const
/** Where the flash chip with the BIOS is decoded, below 4 GiB. */
const flash = { start: fourGiB - 256 * kib, end: fourGiB } as const

const acpiBytes = { reclaimable: 60 * kib, nvs: 4 * kib } as const

/** Where ACPI's tables stand, at the end of RAM; null for a machine that has none above 1 MiB. */
export function acpiMemory(ramBytes: number): { readonly tables: number; readonly nvs: number } | null {
  if (ramBytes <= mib) return null
  const nvs = ramBytes - acpiBytes.nvs
  return { tables: nvs - acpiBytes.reclaimable, nvs }
}

/** The end of what is the guest's own from 1 MiB on: 1 MiB where that is nothing. */
export function extendedMemoryEnd(ramBytes: number): number {
  return acpiMemory(ramBytes)?.tables ?? mib
}

/**
 * The memory map of a machine with so much RAM, at most 3 GiB, in ascending order: what INT 15h E820 answers.
 * ACPI specification 6.0, section 15.3.
 */
export function memoryMap(ramBytes: number): readonly MemoryRange[] {
  const acpi = acpiMemory(ramBytes)
  const extended: readonly MemoryRange[] = acpi
    ? [
        { start: mib, end: acpi.tables, type: 1 },
        { start: acpi.tables, end: acpi.nvs, type: 3 },
        { start: acpi.nvs, end: ramBytes, type: 4 },
      ]
    : []
  return [
    { start: 0, end: ebda.start, type: 1 },
    { ...ebda, type: 2 },
    { ...bios, type: 2 },
    ...extended,
    { ...localApic, type: 2 },
    { ...flash, type: 2 },
  ]
}
