import type { ElfImage, Multiboot1Header } from '../image/image.ts'
import { KernelTestError } from '../support/errors.ts'
import { hex } from '../support/hex.ts'
import { loadByAddressFields } from './address-fields.ts'
import { type DirectBoot, type DirectOptions, loaderName } from './direct-boot.ts'
import { loadSegments, physicalEntry } from './elf-segments.ts'
import { protectedMode } from './entry-state.ts'
import { MemoryLayout } from './memory-layout.ts'
import { loadSectionTable } from './section-table.ts'
import { Structure, zeroTerminated } from './structure.ts'
import { vgaText } from './vga-text.ts'

/** What EAX holds at entry (Multiboot 0.6.96 §3.2). */
const bootMagic = 0x2badb002n
/** §3.1.2, header bits: of the low half, which a loader must understand. */
const knownRequirements = 0x7
const wantsVideoMode = 1 << 2

/** §3.3, bits of the information structure's flags. */
const has = {
  memory: 1 << 0,
  commandLine: 1 << 2,
  modules: 1 << 3,
  sections: 1 << 5,
  map: 1 << 6,
  loaderName: 1 << 9,
  video: 1 << 12,
}
const informationBytes = 116
const mapCapacity = 128
const pageSize = 4096

/**
 * Multiboot 0.6.96. GRUB's ways where the specification is silent: ELF64 is accepted, an entry point is moved
 * with its segment, modules stand on page boundaries after the kernel, the command line does not begin with
 * the kernel's name.
 */
export function multiboot1(image: ElfImage, header: Multiboot1Header, options: DirectOptions): DirectBoot {
  const unknown = header.flags & 0xffff & ~knownRequirements
  if (unknown !== 0) throw unknownRequirement(unknown)
  const layout = new MemoryLayout(options.machine)
  const { load } = header
  if (load) loadByAddressFields(layout, image.source, header.fileOffset, load)
  else loadSegments(layout, image)
  const entry = load ? BigInt(load.entry) : physicalEntry(image)
  const information = addInformation(layout, image, options)
  const cpu = protectedMode(layout, entry, { rax: bootMagic, rbx: information })
  const notes: string[] = []
  if (image.bits === 64) notes.push("QEMU's own -kernel refuses multiboot1 in a 64-bit ELF; GRUB accepts it")
  if (header.flags & wantsVideoMode) notes.push('the header asks for a video mode: it gets 80 × 25 text')
  return { start: { kind: 'direct', memory: layout.parts, cpu }, notes }
}

/** §3.3. */
function addInformation(layout: MemoryLayout, image: ElfImage, options: DirectOptions): bigint {
  const { commandLine, modules } = options
  const information = new Structure(informationBytes)
  let flags = has.memory | has.commandLine | has.map | has.loaderName | has.video
  information.u32(16, layout.add('command line', zeroTerminated(commandLine), 8, 'low'))
  if (modules.length > 0) {
    flags |= has.modules
    information.u32(20, modules.length).u32(24, addModules(layout, options))
  }
  const sections = loadSectionTable(layout, image)
  if (sections) {
    flags |= has.sections
    const { bytes, count, entryBytes, namesIndex } = sections
    information
      .u32(28, count)
      .u32(32, entryBytes)
      .u32(36, layout.add('section headers', bytes, 8, 'low'))
    information.u32(40, namesIndex)
  }
  information.u32(48, layout.placeMap('multiboot1', mapCapacity))
  information.u32(64, layout.add('boot loader name', zeroTerminated(loaderName), 8, 'low'))
  const { address, pitch, columns, rows, bitsPerCell, framebufferType } = vgaText
  information.u64(88, address).u32(96, pitch).u32(100, columns).u32(104, rows)
  information.u8(108, bitsPerCell).u8(109, framebufferType)
  information.u32(0, flags)
  const at = layout.add('multiboot information', information.bytes, 8, 'low')
  layout.addFact('lowerKiB', at + 4n, 4)
  layout.addFact('upperKiB', at + 8n, 4)
  layout.addFact('mapBytes', at + 44n, 4)
  return at
}

/** §3.3, mods_addr: a table of start, end, string, reserved. */
function addModules(layout: MemoryLayout, { modules }: DirectOptions): bigint {
  const table = new Structure(modules.length * 16)
  modules.forEach(({ name, bytes, commandLine }, index) => {
    const at = layout.add(`module ${name}`, bytes, pageSize, 'first')
    const text = layout.add(`command line of module ${name}`, zeroTerminated(commandLine), 8, 'low')
    table
      .u32(index * 16, at)
      .u32(index * 16 + 4, at + BigInt(bytes.length))
      .u32(index * 16 + 8, text)
  })
  return layout.add('module table', table.bytes, 8, 'low')
}

function unknownRequirement(flags: number): KernelTestError {
  return new KernelTestError(
    'KT2008',
    `the multiboot header requires ${hex(flags)}, flags that the specification does not define`,
    'Set only bits 0 (page-aligned modules), 1 (memory information), 2 (video mode) and 16 (address fields).',
  )
}
