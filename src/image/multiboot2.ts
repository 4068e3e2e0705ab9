import { LittleEndian } from '../support/bytes.ts'
import { hex } from '../support/hex.ts'
import type { Flaw } from './flaw.ts'
import { type HeaderWindow, magicOffsets } from './header-window.ts'
import type { Multiboot2Header, Multiboot2Tag } from './image.ts'

const magic = 0xe85250d6
/** Multiboot2 2.0 §3.1: the header lies within the first 32768 bytes, on an 8-byte boundary. */
const searchEnd = 32_768
const fixedSize = 16
/** §3.1.3 to §3.1.13: the tag types that the specification defines, 0 ends the list. */
const lastKnownTag = 10

/** The first header that a multiboot2 loader accepts, and what is wrong with those that it does not. */
export function findMultiboot2(windows: readonly HeaderWindow[]): {
  readonly header: Multiboot2Header | null
  readonly flaws: readonly Flaw[]
} {
  let rejected: Flaw | null = null
  for (const { at, bytes } of windows) {
    const view = new LittleEndian(bytes)
    for (const offset of magicOffsets(bytes, magic)) {
      if (offset + fixedSize > bytes.length) break
      const flaw = rejection(view, offset, at + offset)
      if (flaw === null) return accept(view, offset, at + offset)
      if (rejected === null || rejected.id === 'multiboot2-checksum') rejected = flaw
    }
  }
  return { header: null, flaws: rejected ? [rejected] : [] }
}

function rejection(view: LittleEndian, offset: number, fileOffset: number): Flaw | null {
  const architecture = view.u32(offset + 4)
  const length = view.u32(offset + 8)
  const checksum = view.u32(offset + 12)
  const expected = -(magic + architecture + length) >>> 0
  if (checksum !== expected) {
    return {
      id: 'multiboot2-checksum',
      severity: 'warning',
      what: `the multiboot2 header at ${hex(fileOffset)} has checksum ${hex(checksum)}; it must be ${hex(expected)}`,
      consequence: 'every loader passes over this header, as if there were none',
      mend: 'let the assembler compute it: dd 0x100000000 - (0xE85250D6 + 0 + LENGTH), LENGTH from first to last byte',
    }
  }
  if (fileOffset % 8 !== 0) {
    return {
      id: 'multiboot2-misaligned',
      severity: 'warning',
      what: `the multiboot2 header at ${hex(fileOffset)} is not on an 8-byte boundary`,
      consequence: 'loaders look at every eighth byte only and do not find it',
      mend: 'put `align 8` before it',
    }
  }
  if (fileOffset + Math.max(length, fixedSize) > searchEnd) return tooFar(fileOffset, length)
  if (architecture !== 0) {
    return {
      id: 'multiboot2-architecture',
      severity: 'warning',
      what: `the multiboot2 header at ${hex(fileOffset)} is for architecture ${architecture}`,
      consequence: 'a loader on a PC starts architecture 0 (protected mode of i386) only',
      mend: 'set the second field to 0: 64-bit kernels, too, are entered in 32-bit protected mode',
    }
  }
  return null
}

function tooFar(fileOffset: number, length: number): Flaw {
  const where =
    fileOffset < searchEnd
      ? `the multiboot2 header at ${hex(fileOffset)} is ${length} bytes long and ends past the first 32 KiB`
      : `the multiboot2 header is at ${hex(fileOffset)}, past the first 32 KiB`
  return {
    id: 'multiboot2-too-far',
    severity: 'warning',
    what: where,
    consequence: 'loaders search the first 32 KiB of the file only and do not find it',
    mend:
      'put its section first in the linker script, before .text; where the page size of 2 MiB pushes it away, ' +
      'link with -z max-page-size=4096 or -n',
  }
}

function accept(
  view: LittleEndian,
  offset: number,
  fileOffset: number,
): { header: Multiboot2Header; flaws: Flaw[] } {
  const { tags, broken } = readTags(view, offset, offset + view.u32(offset + 8))
  const flaws: Flaw[] = []
  if (broken !== null) {
    flaws.push({
      id: 'multiboot2-tags',
      severity: 'warning',
      what: `the multiboot2 header's tags are malformed: ${broken}`,
      consequence:
        'loaders take what follows for tags: they refuse the kernel, or ask for what it never wanted',
      mend: 'start each tag on an 8-byte boundary, give its size without the padding, end with dw 0, 0 and dd 8',
    })
  }
  const unknown = tags.filter((tag) => tag.type > lastKnownTag && !tag.optional)
  if (unknown.length > 0) {
    const types = [...new Set(unknown.map((tag) => tag.type))].slice(0, 4)
    flaws.push({
      id: 'multiboot2-unknown-tag',
      severity: 'warning',
      what: `the multiboot2 header requires tag type ${types.join(', ')}, which the specification does not define`,
      consequence: 'a loader must refuse a kernel that requires what it does not know, and GRUB does',
      mend: 'set bit 0 of the tag\'s flags ("optional"), or leave the tag out',
    })
  }
  return { header: { kind: 'multiboot2', fileOffset, tags }, flaws }
}

/** §3.1.3: each tag is type, flags, size and payload, padded to 8 bytes; type 0, size 8 ends the list. */
function readTags(
  view: LittleEndian,
  start: number,
  headerEnd: number,
): { tags: Multiboot2Tag[]; broken: string | null } {
  const tags: Multiboot2Tag[] = []
  const end = Math.min(headerEnd, view.length)
  let offset = start + fixedSize
  while (offset + 8 <= end) {
    const type = view.u16(offset)
    const flags = view.u16(offset + 2)
    const size = view.u32(offset + 4)
    if (type === 0 && size === 8) return { tags, broken: null }
    if (size < 8) return { tags, broken: `a tag of type ${type} says that it is ${size} bytes long` }
    if (offset + size > end) return { tags, broken: `a tag of type ${type} is longer than the header` }
    tags.push({ type, optional: (flags & 1) === 1, payload: view.bytes.slice(offset + 8, offset + size) })
    offset += Math.ceil(size / 8) * 8
  }
  return { tags, broken: 'the end tag (type 0, size 8) is missing' }
}
