import type { MemoryMapFormat } from './plan.ts'

/**
 * How a format writes one range of the memory map: an optional leading u32 `size` of 20, then base u64,
 * length u64, type u32 (1 available, 2 reserved, 3 ACPI tables, 4 ACPI NVS, 5 bad: the numbers of E820 in
 * every format), then an optional u32 0. All little-endian.
 */
export interface MemoryMapLayout {
  readonly leadingSize: boolean
  readonly trailingZero: boolean
  /** The map is followed by a multiboot2 end tag (type 0, size 8). */
  readonly endTag: boolean
}

export const memoryMapLayouts: Readonly<Record<MemoryMapFormat, MemoryMapLayout>> = {
  /** Multiboot 0.6.96 §3.3, mmap_addr. */
  multiboot1: { leadingSize: true, trailingZero: false, endTag: false },
  /** Multiboot2 2.0 §3.6.8, the entries of tag 6. */
  multiboot2: { leadingSize: false, trailingZero: true, endTag: true },
  /** Xen's start_info.h, hvm_memmap_table_entry. */
  pvh: { leadingSize: false, trailingZero: true, endTag: false },
  /** Linux's boot_e820_entry (zero-page.rst, e820_table). */
  linux: { leadingSize: false, trailingZero: false, endTag: false },
}

const rangeBytes = 20
export const endTagBytes = 8

export function memoryMapEntryBytes(format: MemoryMapFormat): number {
  const { leadingSize, trailingZero } = memoryMapLayouts[format]
  return rangeBytes + (leadingSize || trailingZero ? 4 : 0)
}

/** The bytes that a hole of `capacity` entries may be given. */
export function memoryMapHoleBytes(format: MemoryMapFormat, capacity: number): number {
  return capacity * memoryMapEntryBytes(format) + (memoryMapLayouts[format].endTag ? endTagBytes : 0)
}
