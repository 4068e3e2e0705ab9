import type { ElfImage, ElfSegment } from '../image/image.ts'
import { KernelTestError } from '../support/errors.ts'
import { largest, smallest } from '../support/extremes.ts'
import { hex } from '../support/hex.ts'
import type { DirectBoot, DirectOptions } from './direct-boot.ts'
import { checkSegment, entryOutside, loadSegment, segmentName } from './elf-segments.ts'
import { addStack, longMode } from './entry-state.ts'
import { addPageTables, identityMap } from './identity-map.ts'
import { MemoryLayout } from './memory-layout.ts'
import { largePage } from './page-tables.ts'
import { type PlacedSegment, segmentPages } from './segment-pages.ts'

const pageSize = 4096n
const stackBytes = 64 * 1024

/**
 * An ELF64 without a boot header, for which no loader has a rule; this is ours. It starts in 64-bit mode at
 * its entry point with interrupts off, every general register 0 but RSP: a stack of 64 KiB, RSP 8 below a
 * multiple of 16 as after a call, on a return address of 0.
 *
 * The first 4 GiB are mapped one to one, writable and executable; every segment is mapped at its virtual
 * address too, with its own permissions, which hold (CR0.WP and EFER.NXE are set). SSE is on. A segment that
 * is linked below the end of RAM stands at its virtual address, so that RAM stays mapped one to one; another
 * at its physical address where that is RAM, else where there is room, together with the others of its kind.
 */
export function elf64(image: ElfImage, options: DirectOptions): DirectBoot {
  const layout = new MemoryLayout(options.machine)
  const entrySegment = image.segments.find(
    ({ virtualAddress, memorySize }) =>
      image.entry >= virtualAddress && image.entry < virtualAddress + memorySize,
  )
  if (!entrySegment) throw entryOutside(image)
  const { placed, notes } = placeSegments(layout, image)
  const tables = identityMap()
  for (const { linear, physical, size, access } of segmentPages(placed)) {
    tables.map(linear, physical, size, access)
  }
  const cr3 = addPageTables(layout, tables)
  const rsp = addStack(layout, stackBytes) - 8n
  const cpu = longMode(layout, image.entry, { rsp }, cr3)
  if (!entrySegment.executable) {
    notes.push(`the entry point lies in ${segmentName(entrySegment)}, which is not executable`)
  }
  return { start: { kind: 'direct', memory: layout.parts, cpu }, notes }
}

/** KT2010. */
export function needsFixedAddress(): KernelTestError {
  return new KernelTestError(
    'KT2010',
    'the kernel is position-independent and has no boot header: nobody would apply its relocations',
    'Link it to a fixed address: -no-pie, in Rust relocation-model=static.',
  )
}

function placeSegments(layout: MemoryLayout, image: ElfImage): { placed: PlacedSegment[]; notes: string[] } {
  const placed: PlacedSegment[] = []
  const homeless: ElfSegment[] = []
  for (const segment of image.segments) {
    checkSegment(segment)
    checkCanonical(segment)
  }
  checkDisjoint(image.segments)
  for (const segment of image.segments) {
    const physical = homeOf(layout, segment)
    if (physical === null) homeless.push(segment)
    else placed.push({ segment, physical })
  }
  for (const { segment, physical } of placed) loadSegment(layout, image, segment, physical)
  const housed = house(layout, homeless)
  const notes = housed.map(({ segment, physical }) => {
    loadSegment(layout, image, segment, physical)
    const given = hex(segment.physicalAddress)
    return `${segmentName(segment)}: physical address ${given} is no RAM, it is loaded at ${hex(physical)}`
  })
  return { placed: [...placed, ...housed], notes }
}

/** Physical overlaps are found when memory is taken; what would only share linear addresses is found here. */
function checkDisjoint(segments: readonly ElfSegment[]): void {
  const sorted = [...segments].sort((one, other) => (one.virtualAddress < other.virtualAddress ? -1 : 1))
  sorted.forEach((segment, index) => {
    const next = sorted[index + 1]
    if (!next || segment.virtualAddress + segment.memorySize <= next.virtualAddress) return
    throw new KernelTestError(
      'KT2005',
      `${segmentName(next)} at ${hex(next.virtualAddress)} overlaps ${segmentName(segment)} in virtual addresses`,
      'Look at them with `kerneltest inspect` or `readelf -lW`, and at the addresses in the linker script.',
    )
  })
}

/** The address that the identity map or the file gives a segment; null where neither is RAM. */
function homeOf(layout: MemoryLayout, segment: ElfSegment): bigint | null {
  const { virtualAddress, physicalAddress, memorySize } = segment
  if (virtualAddress < layout.ramEnd) return virtualAddress
  const samePageOffset = (virtualAddress - physicalAddress) % pageSize === 0n
  return samePageOffset && layout.isRam(physicalAddress, memorySize) ? physicalAddress : null
}

/** One block keeps the distances between segments, as a kernel that computes with them expects. */
function house(layout: MemoryLayout, homeless: readonly ElfSegment[]): PlacedSegment[] {
  if (homeless.length === 0) return []
  const start = smallest(homeless.map(({ virtualAddress }) => virtualAddress))
  const end = largest(homeless.map(({ virtualAddress, memorySize }) => virtualAddress + memorySize))
  const base = start - (start % largePage)
  const span = {
    what: 'kernel',
    size: Number(end - base),
    alignment: Number(largePage),
    prefer: 'first',
  } as const
  const block = layout.find(span)
  if (block === null) throw layout.noRoom(span)
  return homeless.map((segment) => ({ segment, physical: block + segment.virtualAddress - base }))
}

function checkCanonical(segment: ElfSegment): void {
  const { virtualAddress, memorySize } = segment
  const half = 1n << 47n
  const end = virtualAddress + memorySize
  if (end <= half || virtualAddress >= (1n << 64n) - half) return
  throw new KernelTestError(
    'KT2004',
    `${segmentName(segment)} at ${hex(virtualAddress)}-${hex(end)} is not canonical: no CPU with 48-bit addresses reaches it`,
    'Link the kernel below 0x800000000000 or from 0xffff800000000000 on.',
  )
}
