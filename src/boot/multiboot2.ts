import type { ElfImage, Multiboot2Header } from '../image/image.ts'
import { loadByAddressFields } from './address-fields.ts'
import type { DirectBoot, DirectOptions } from './direct-boot.ts'
import { loadSegments, physicalEntry } from './elf-segments.ts'
import { protectedMode } from './entry-state.ts'
import { MemoryLayout } from './memory-layout.ts'
import { addMultiboot2Information } from './multiboot2-information.ts'
import { type Multiboot2Wishes, multiboot2Wishes } from './multiboot2-wishes.ts'

/** What EAX holds at entry (Multiboot2 2.0 §3.3). */
const bootMagic = 0x36d76289n

/**
 * Multiboot2 2.0, for the architecture i386. GRUB's ways where the specification is silent: an entry point is
 * moved with its segment, modules stand on page boundaries after the kernel, the command line does not begin
 * with the kernel's name. A relocatable kernel is loaded where it is linked.
 */
export function multiboot2(image: ElfImage, header: Multiboot2Header, options: DirectOptions): DirectBoot {
  const wishes = multiboot2Wishes(header)
  const layout = new MemoryLayout(options.machine)
  const entry = load(layout, image, header, wishes)
  const information = addMultiboot2Information(layout, image, wishes, options)
  const cpu = protectedMode(layout, entry, { rax: bootMagic, rbx: information })
  return { start: { kind: 'direct', memory: layout.parts, cpu }, notes: wishes.notes }
}

/**
 * Loads the kernel and answers its entry point. The tags for addresses and entry come before the ELF file's
 * own.
 */
function load(
  layout: MemoryLayout,
  image: ElfImage,
  { fileOffset }: Multiboot2Header,
  { address, entry }: Multiboot2Wishes,
): bigint {
  if (address) {
    const fileStart = 0xffffffff
    const loadStart = address.loadStart === fileStart ? address.header - fileOffset : address.loadStart
    loadByAddressFields(layout, image.source, fileOffset, { ...address, loadStart })
  } else {
    loadSegments(layout, image)
  }
  return entry ?? physicalEntry(image)
}
