import type { ElfImage } from '../image/image.ts'
import { smallest } from '../support/extremes.ts'
import { type DirectOptions, loaderName } from './direct-boot.ts'
import type { MemoryLayout } from './memory-layout.ts'
import { memoryMapEntryBytes, memoryMapHoleBytes } from './memory-map.ts'
import type { Multiboot2Wishes } from './multiboot2-wishes.ts'
import type { MachineFact } from './plan.ts'
import { loadSectionTable } from './section-table.ts'
import { Structure, zeroTerminated } from './structure.ts'
import { vgaText } from './vga-text.ts'

/** Multiboot2 2.0 §3.6: types of the information tags that kerneltest gives. */
const informationTag = {
  commandLine: 1,
  loaderName: 2,
  module: 3,
  basicMemory: 4,
  memoryMap: 6,
  framebuffer: 8,
  elfSections: 9,
  acpiOldRsdp: 14,
  loadBase: 21,
} as const

const fixedBytes = 8
const endTagBytes = 8
const mapTagBytes = 16
const mapCapacity = 128
const rsdpBytes = 20
const pageSize = 4096

/** A tag, and the fields in it that only the machine knows. */
interface Tag {
  readonly bytes: Uint8Array
  readonly facts?: readonly { readonly fact: MachineFact; readonly offset: number; readonly size: number }[]
}

/**
 * Places the information structure and the modules and answers its address. The memory map comes last: only
 * the machine knows how long it is, and the end tag and the total size go with it.
 */
export function addMultiboot2Information(
  layout: MemoryLayout,
  image: ElfImage,
  wishes: Multiboot2Wishes,
  options: DirectOptions,
): bigint {
  const tags = [
    ...textTags(options),
    ...moduleTags(layout, options),
    ...machineTags(),
    ...sectionTags(layout, image),
    ...loadBase(image, wishes),
  ]
  const tagBytes = tags.reduce((sum, { bytes }) => sum + align8(bytes.length), 0)
  const mapTag = fixedBytes + tagBytes
  const size = mapTag + mapTagBytes
  const at = layout.place({
    what: 'multiboot2 information',
    size: size + memoryMapHoleBytes('multiboot2', mapCapacity),
    alignment: 8,
    prefer: 'low',
  })
  const information = new Structure(size)
  const facts: [MachineFact, number, number, number][] = [['mapBytes', 0, 4, size + endTagBytes]]
  let offset = fixedBytes
  for (const tag of tags) {
    information.copy(offset, tag.bytes)
    for (const one of tag.facts ?? []) facts.push([one.fact, offset + one.offset, one.size, 0])
    offset += align8(tag.bytes.length)
  }
  information.u32(mapTag, informationTag.memoryMap).u32(mapTag + 8, memoryMapEntryBytes('multiboot2'))
  facts.push(['mapBytes', mapTag + 4, 4, mapTagBytes])
  layout.write('multiboot2 information', at, information.bytes)
  layout.addMap(at + BigInt(size), 'multiboot2', mapCapacity)
  for (const [fact, where, bytes, plus] of facts) layout.addFact(fact, at + BigInt(where), bytes, plus)
  return at
}

function textTags({ commandLine }: DirectOptions): Tag[] {
  return [
    tag(informationTag.commandLine, zeroTerminated(commandLine)),
    tag(informationTag.loaderName, zeroTerminated(loaderName)),
  ]
}

function moduleTags(layout: MemoryLayout, { modules }: DirectOptions): Tag[] {
  return modules.map(({ name, bytes, commandLine }) => {
    const at = layout.add(`module ${name}`, bytes, pageSize, 'first')
    const text = zeroTerminated(commandLine)
    const payload = new Structure(8 + text.length)
      .u32(0, at)
      .u32(4, at + BigInt(bytes.length))
      .copy(8, text)
    return tag(informationTag.module, payload.bytes)
  })
}

function machineTags(): Tag[] {
  const { address, pitch, columns, rows, bitsPerCell, framebufferType } = vgaText
  const framebuffer = new Structure(24)
    .u64(0, address)
    .u32(8, pitch)
    .u32(12, columns)
    .u32(16, rows)
    .u8(20, bitsPerCell)
    .u8(21, framebufferType)
  return [
    {
      ...tag(informationTag.basicMemory, new Uint8Array(8)),
      facts: [
        { fact: 'lowerKiB', offset: 8, size: 4 },
        { fact: 'upperKiB', offset: 12, size: 4 },
      ],
    },
    tag(informationTag.framebuffer, framebuffer.bytes),
    {
      ...tag(informationTag.acpiOldRsdp, new Uint8Array(rsdpBytes)),
      facts: [{ fact: 'rsdp', offset: 8, size: rsdpBytes }],
    },
  ]
}

/** §3.6.7: how many headers, the size of one, the index of the names, then the headers. */
function sectionTags(layout: MemoryLayout, image: ElfImage): Tag[] {
  const table = loadSectionTable(layout, image)
  if (!table) return []
  const { bytes, count, entryBytes, namesIndex } = table
  const payload = new Structure(12 + bytes.length).u32(0, count).u32(4, entryBytes).u32(8, namesIndex)
  return [tag(informationTag.elfSections, payload.copy(12, bytes).bytes)]
}

/** §3.6.14: for a relocatable kernel, where it was loaded. */
function loadBase({ segments }: ElfImage, { relocatable, address }: Multiboot2Wishes): Tag[] {
  if (!relocatable) return []
  const base = address ? address.loadStart : smallest(segments.map(({ physicalAddress }) => physicalAddress))
  return [tag(informationTag.loadBase, new Structure(4).u32(0, base).bytes)]
}

function tag(type: number, payload: Uint8Array): Tag {
  const size = 8 + payload.length
  return { bytes: new Structure(size).u32(0, type).u32(4, size).copy(8, payload).bytes }
}

function align8(size: number): number {
  return Math.ceil(size / 8) * 8
}
