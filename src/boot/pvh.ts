import type { ElfImage, PvhNote } from '../image/image.ts'
import { KernelTestError } from '../support/errors.ts'
import { hex } from '../support/hex.ts'
import type { DirectBoot, DirectOptions } from './direct-boot.ts'
import { loadSegments } from './elf-segments.ts'
import { protectedMode } from './entry-state.ts'
import { MemoryLayout } from './memory-layout.ts'
import { Structure, zeroTerminated } from './structure.ts'

/** Xen's start_info.h: hvm_start_info version 1, and the entry of its module list. */
const startInfo = { magic: 0x336ec578, version: 1, bytes: 56 }
const moduleEntryBytes = 32
const mapCapacity = 128
const pageSize = 4096

/**
 * Xen's PVH entry (docs/misc/pvh.pandoc): 32-bit protected mode, EBX points to the start information, TR is
 * loaded.
 */
export function pvh(image: ElfImage, note: PvhNote, options: DirectOptions): DirectBoot {
  const layout = new MemoryLayout(options.machine)
  loadSegments(layout, image)
  checkEntry(image, note.entry)
  const information = addStartInfo(layout, options)
  const cpu = protectedMode(layout, note.entry, { rbx: information }, { task: true })
  return { start: { kind: 'direct', memory: layout.parts, cpu }, notes: [] }
}

function addStartInfo(layout: MemoryLayout, { commandLine, modules }: DirectOptions): bigint {
  const info = new Structure(startInfo.bytes).u32(0, startInfo.magic).u32(4, startInfo.version)
  if (modules.length > 0) info.u32(12, modules.length).u64(16, addModules(layout, modules))
  info.u64(24, layout.add('command line', zeroTerminated(commandLine), 8, 'low'))
  info.u64(40, layout.placeMap('pvh', mapCapacity))
  const at = layout.add('start information', info.bytes, 8, 'low')
  layout.addFact('rsdpAddress', at + 32n, 8)
  layout.addFact('mapEntries', at + 48n, 4)
  return at
}

/** hvm_modlist_entry: address, size, command line, reserved. */
function addModules(layout: MemoryLayout, modules: DirectOptions['modules']): bigint {
  const list = new Structure(modules.length * moduleEntryBytes)
  modules.forEach(({ name, bytes, commandLine }, index) => {
    const at = layout.add(`module ${name}`, bytes, pageSize, 'first')
    const text = layout.add(`command line of module ${name}`, zeroTerminated(commandLine), 8, 'low')
    const entry = index * moduleEntryBytes
    list
      .u64(entry, at)
      .u64(entry + 8, bytes.length)
      .u64(entry + 16, text)
  })
  return layout.add('module list', list.bytes, 8, 'low')
}

function checkEntry({ segments }: ElfImage, entry: bigint): void {
  const inside = segments.some(
    ({ physicalAddress, memorySize }) => entry >= physicalAddress && entry < physicalAddress + memorySize,
  )
  if (inside) return
  throw new KernelTestError(
    'KT2009',
    `the PVH entry point ${hex(entry)} lies in no segment's physical addresses`,
    'The note XEN_ELFNOTE_PHYS32_ENTRY must hold the physical address of 32-bit code: subtract the virtual offset.',
  )
}
