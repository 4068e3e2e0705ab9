import { LittleEndian } from '../support/bytes.ts'
import { hex } from '../support/hex.ts'
import type { Flaw } from './flaw.ts'
import { type HeaderWindow, magicOffsets } from './header-window.ts'
import type { Multiboot1Header } from './image.ts'

const magic = 0x1badb002
/** Multiboot 0.6.96 §3.1: the header lies within the first 8192 bytes, on a 4-byte boundary. */
const searchEnd = 8192
const addressFields = 1 << 16
const shortSize = 12
const withAddressesSize = 32
/** §3.1.2: of bits 0 to 15, which a loader must understand, these have a meaning. */
const knownRequirements = 0x0007

/** The first header that a multiboot1 loader accepts, and what is wrong with those that it does not. */
export function findMultiboot1(
  windows: readonly HeaderWindow[],
  bits: 32 | 64,
): { readonly header: Multiboot1Header | null; readonly flaws: readonly Flaw[] } {
  let rejected: Flaw | null = null
  for (const { at, bytes } of windows) {
    const view = new LittleEndian(bytes)
    for (const offset of magicOffsets(bytes, magic)) {
      if (offset + shortSize > bytes.length) break
      const flaw = rejection(view, offset, at + offset)
      if (flaw === null) return { header: read(view, offset, at + offset), flaws: usage(view, offset, bits) }
      rejected = worse(rejected, flaw)
    }
  }
  return { header: null, flaws: rejected ? [rejected] : [] }
}

/** A valid header in the wrong place says more than a stray magic number does. */
function worse(one: Flaw | null, other: Flaw): Flaw {
  return one === null || one.id === 'multiboot1-checksum' ? other : one
}

function rejection(view: LittleEndian, offset: number, fileOffset: number): Flaw | null {
  const flags = view.u32(offset + 4)
  const checksum = view.u32(offset + 8)
  const expected = -(magic + flags) >>> 0
  if (checksum !== expected) {
    return {
      id: 'multiboot1-checksum',
      severity: 'warning',
      what: `the multiboot header at ${hex(fileOffset)} has checksum ${hex(checksum)}; it must be ${hex(expected)}`,
      consequence: 'every loader passes over this header, as if there were none',
      mend: 'let the assembler compute it: dd 0x1BADB002, FLAGS, -(0x1BADB002 + FLAGS)',
    }
  }
  if (fileOffset % 4 !== 0) {
    return {
      id: 'multiboot1-misaligned',
      severity: 'warning',
      what: `the multiboot header at ${hex(fileOffset)} is not on a 4-byte boundary`,
      consequence: 'loaders look at every fourth byte only and do not find it',
      mend: 'put `align 4` before it',
    }
  }
  const size = flags & addressFields ? withAddressesSize : shortSize
  if (fileOffset + size > searchEnd) {
    return {
      id: 'multiboot1-too-far',
      severity: 'warning',
      what: `the multiboot header is at ${hex(fileOffset)}, past the first 8 KiB`,
      consequence: 'GRUB and QEMU search the first 8 KiB of the file only and do not find it',
      mend:
        'put its section first in the linker script, before .text; where the page size of 2 MiB pushes it away, ' +
        'link with -z max-page-size=4096 or -n',
    }
  }
  return null
}

function read(view: LittleEndian, offset: number, fileOffset: number): Multiboot1Header {
  const flags = view.u32(offset + 4)
  const hasAddresses = (flags & addressFields) !== 0 && offset + withAddressesSize <= view.length
  return {
    kind: 'multiboot1',
    fileOffset,
    flags,
    load: hasAddresses
      ? {
          header: view.u32(offset + 12),
          loadStart: view.u32(offset + 16),
          loadEnd: view.u32(offset + 20),
          bssEnd: view.u32(offset + 24),
          entry: view.u32(offset + 28),
        }
      : null,
  }
}

/** What is wrong with a header that loaders find. */
function usage(view: LittleEndian, offset: number, bits: 32 | 64): Flaw[] {
  const flaws: Flaw[] = []
  const unknown = view.u32(offset + 4) & 0xffff & ~knownRequirements
  if (unknown !== 0) {
    flaws.push({
      id: 'multiboot1-unknown-flags',
      severity: 'warning',
      what: `the multiboot header requires ${hex(unknown)}, flags that the specification does not define`,
      consequence: 'a loader must refuse a kernel that requires what it does not know, and GRUB does',
      mend: 'set only bits 0 (page-aligned modules), 1 (memory information) and 2 (video mode), and 16',
    })
  }
  if (bits === 64) {
    flaws.push({
      id: 'multiboot1-in-elf64',
      severity: 'note',
      what: 'a multiboot1 header in a 64-bit ELF file',
      consequence:
        "QEMU's -kernel would answer 'Cannot load x86-64 image, give a 32bit one.'; GRUB and kerneltest load it",
      mend: 'for QEMU alone: objcopy -O elf32-i386 kernel.elf kernel32.elf, or add a PVH note and drop the header',
    })
  }
  return flaws
}
