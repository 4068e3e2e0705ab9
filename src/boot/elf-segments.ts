import type { ElfImage, ElfSegment } from '../image/image.ts'
import { KernelTestError } from '../support/errors.ts'
import { hex } from '../support/hex.ts'
import type { MemoryLayout } from './memory-layout.ts'

const addressSpaceEnd = 1n << 64n

/** What errors and notes call a segment, as `readelf -lW` counts them. */
export function segmentName({ index }: ElfSegment): string {
  return `segment ${index}`
}

/** Takes and writes every segment at its physical address. Throws KT2003, KT2004 or KT2005. */
export function loadSegments(layout: MemoryLayout, image: ElfImage): void {
  for (const segment of image.segments) loadSegment(layout, image, segment, segment.physicalAddress)
}

/** Takes and writes one segment at `at`. Throws KT2003, KT2004 or KT2005. */
export function loadSegment(layout: MemoryLayout, image: ElfImage, segment: ElfSegment, at: bigint): void {
  const what = segmentName(segment)
  checkSegment(segment)
  layout.take(what, at, segment.memorySize)
  const bytes = image.source.read(segment.fileOffset, segment.fileSize)
  if (bytes.length < segment.fileSize) throw malformed(`${what} ends past the end of the file`)
  layout.write(what, at, bytes, Number(segment.memorySize))
}

/** Throws KT2004 for a segment that no loader can place. */
export function checkSegment(segment: ElfSegment): void {
  const what = segmentName(segment)
  const { virtualAddress, physicalAddress, memorySize, fileSize } = segment
  if (BigInt(fileSize) > memorySize) {
    throw malformed(`${what} has ${hex(fileSize)} bytes in the file and only ${hex(memorySize)} in memory`)
  }
  for (const at of [virtualAddress, physicalAddress]) {
    if (at + memorySize > addressSpaceEnd) {
      throw malformed(
        `${what} of ${hex(memorySize)} bytes at ${hex(at)} wraps round the end of the address space`,
      )
    }
  }
}

/**
 * Where the entry point is once the segments stand at their physical addresses: its segment moves it, as in
 * GRUB. Throws KT2009 when it lies in no segment.
 */
export function physicalEntry(image: ElfImage): bigint {
  const { entry } = image
  const home = image.segments.find(
    ({ virtualAddress, memorySize }) => entry >= virtualAddress && entry < virtualAddress + memorySize,
  )
  if (!home) throw entryOutside(image)
  return entry - home.virtualAddress + home.physicalAddress
}

/** KT2009. */
export function entryOutside({ entry, segments }: ElfImage): KernelTestError {
  const physical = segments.some(
    ({ physicalAddress, memorySize }) => entry >= physicalAddress && entry < physicalAddress + memorySize,
  )
  return new KernelTestError(
    'KT2009',
    `the entry point ${hex(entry)} lies in no segment's virtual addresses`,
    physical
      ? "It is a physical address. Give the symbol that ENTRY() names its section's virtual address: loaders convert it."
      : 'Check ENTRY() in the linker script, and that its section is kept (KEEP) and loaded.',
  )
}

function malformed(reason: string): KernelTestError {
  return new KernelTestError(
    'KT2004',
    reason,
    'Check the file with `readelf -lW`: it was cut short, patched, or linked with wrong addresses. Build it again.',
  )
}
