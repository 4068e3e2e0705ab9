import { expect, test } from 'vitest'
import type { BootContract } from '../../src/image/image.ts'
import { elfBytes, soundProgram, words } from './elf-bytes.ts'
import { flawsOf, readElfBytes } from './told.ts'

const magic1 = 0x1badb002
const magic2 = 0xe85250d6

function header1(flags: number, ...rest: readonly number[]): Uint8Array {
  return words(magic1, flags, -(magic1 + flags), ...rest)
}

/** With the end tag; `tags` are words. */
function header2(...tags: readonly number[]): Uint8Array {
  const length = 16 + tags.length * 4 + 8
  return words(magic2, 0, length, -(magic2 + length), ...tags, 0, 8)
}

function file(at: number, bytes: Uint8Array, bits: 32 | 64 = 32): Uint8Array {
  return elfBytes({ bits, contents: [{ at, bytes }] })
}

function contracts(bytes: Uint8Array): readonly BootContract[] {
  return readElfBytes(bytes).contracts
}

test('multiboot1 on every fourth byte of the first 8 KiB', () => {
  expect(contracts(file(0x1000, header1(3)))).toEqual([
    { kind: 'multiboot1', fileOffset: 0x1000, flags: 3, load: null },
  ])
  expect(contracts(file(8192 - 12, header1(0)))).toHaveLength(1)
  expect(contracts(file(8192 - 8, header1(0)))).toEqual([])
  expect(contracts(file(0x1002, header1(0)))).toEqual([])
})

test('multiboot1 address fields', () => {
  const addresses = [0x10_0000, 0x10_0000, 0x10_2000, 0x10_3000, 0x10_0020]
  expect(contracts(file(0x1000, header1(0x1_0000, ...addresses)))).toEqual([
    {
      kind: 'multiboot1',
      fileOffset: 0x1000,
      flags: 0x1_0000,
      load: {
        header: 0x10_0000,
        loadStart: 0x10_0000,
        loadEnd: 0x10_2000,
        bssEnd: 0x10_3000,
        entry: 0x10_0020,
      },
    },
  ])
  expect(contracts(file(8192 - 28, header1(0x1_0000, ...addresses)))).toEqual([])
})

test('multiboot1 headers that no loader accepts', () => {
  expect(flawsOf(file(0x3000, header1(0)), 'multiboot1-too-far')).toMatchInlineSnapshot(`
    "warning multiboot1-too-far
      the multiboot header is at 0x3000, past the first 8 KiB
      GRUB and QEMU search the first 8 KiB of the file only and do not find it
      put its section first in the linker script, before .text; where the page size of 2 MiB pushes it away, link with -z max-page-size=4096 or -n"
  `)
  expect(flawsOf(file(0x1002, header1(0)), 'multiboot1-misaligned')).toMatchInlineSnapshot(`
    "warning multiboot1-misaligned
      the multiboot header at 0x1002 is not on a 4-byte boundary
      loaders look at every fourth byte only and do not find it
      put \`align 4\` before it"
  `)
  expect(flawsOf(file(0x1000, words(magic1, 3, 0)), 'multiboot1-checksum')).toMatchInlineSnapshot(`
    "warning multiboot1-checksum
      the multiboot header at 0x1000 has checksum 0x0; it must be 0xe4524ffb
      every loader passes over this header, as if there were none
      let the assembler compute it: dd 0x1BADB002, FLAGS, -(0x1BADB002 + FLAGS)"
  `)
})

test('the header in the wrong place is told, not the stray magic number before it', () => {
  const contents = [
    { at: 0x1000, bytes: words(magic1, 1, 1) },
    { at: 0x3000, bytes: header1(0) },
  ]
  expect(readElfBytes(elfBytes({ bits: 32, contents })).flaws.map(({ id }) => id)).toContain(
    'multiboot1-too-far',
  )
})

test('a header that segment alignment pushed megabytes into the file is told', () => {
  const programs = [{ ...soundProgram, offset: 0x20_0000n, alignment: 0x20_0000n, virtual: 0x40_0000n }]
  const contents = [{ at: 0x20_0000, bytes: header1(0) }]
  const bytes = elfBytes({ bits: 32, entry: 0x40_0000n, programs, contents, size: 0x20_1000 })
  expect(flawsOf(bytes, 'multiboot1-too-far', 'no-boot-header')).toMatchInlineSnapshot(`
    "fatal no-boot-header
      no boot header that a loader would find
      QEMU's -kernel would answer 'Error loading uncompressed kernel without PVH ELF Note'; a 32-bit kernel without one says nowhere in which state it wants to start
      add a multiboot header: dd 0x1BADB002, 0, -0x1BADB002 in the first 8 KiB, on a 4-byte boundary
    warning multiboot1-too-far
      the multiboot header is at 0x200000, past the first 8 KiB
      GRUB and QEMU search the first 8 KiB of the file only and do not find it
      put its section first in the linker script, before .text; where the page size of 2 MiB pushes it away, link with -z max-page-size=4096 or -n"
  `)
})

test('multiboot1 headers that loaders find and dislike', () => {
  expect(flawsOf(file(0x1000, header1(8)), 'multiboot1-unknown-flags')).toMatchInlineSnapshot(`
    "warning multiboot1-unknown-flags
      the multiboot header requires 0x8, flags that the specification does not define
      a loader must refuse a kernel that requires what it does not know, and GRUB does
      set only bits 0 (page-aligned modules), 1 (memory information) and 2 (video mode), and 16"
  `)
  expect(flawsOf(file(0x1000, header1(0), 64), 'multiboot1-in-elf64')).toMatchInlineSnapshot(`
    "note multiboot1-in-elf64
      a multiboot1 header in a 64-bit ELF file
      QEMU's -kernel would answer 'Cannot load x86-64 image, give a 32bit one.'; GRUB and kerneltest load it
      for QEMU alone: objcopy -O elf32-i386 kernel.elf kernel32.elf, or add a PVH note and drop the header"
  `)
  expect(contracts(file(0x1000, header1(0), 64))).toHaveLength(1)
})

test('multiboot2 with its tags on every eighth byte of the first 32 KiB', () => {
  const tags = [3, 12, 0x10_0020, 0, 0x1_0005, 20, 640, 480, 32, 0]
  const expected = {
    kind: 'multiboot2',
    tags: [
      { type: 3, optional: false, payload: words(0x10_0020) },
      { type: 5, optional: true, payload: words(640, 480, 32) },
    ],
  }
  expect(contracts(file(0x1000, header2(...tags)))).toEqual([{ ...expected, fileOffset: 0x1000 }])
  expect(contracts(file(32_768 - 24, header2()))).toHaveLength(1)
  expect(contracts(file(32_768 - 16, header2()))).toEqual([])
  expect(contracts(file(0x1004, header2()))).toEqual([])
})

test('multiboot2 headers that no loader accepts', () => {
  expect(flawsOf(file(0x9000, header2()), 'multiboot2-too-far')).toMatchInlineSnapshot(`
    "warning multiboot2-too-far
      the multiboot2 header is at 0x9000, past the first 32 KiB
      loaders search the first 32 KiB of the file only and do not find it
      put its section first in the linker script, before .text; where the page size of 2 MiB pushes it away, link with -z max-page-size=4096 or -n"
  `)
  expect(flawsOf(file(32_768 - 16, header2()), 'multiboot2-too-far')).toMatchInlineSnapshot(`
    "warning multiboot2-too-far
      the multiboot2 header at 0x7ff0 is 24 bytes long and ends past the first 32 KiB
      loaders search the first 32 KiB of the file only and do not find it
      put its section first in the linker script, before .text; where the page size of 2 MiB pushes it away, link with -z max-page-size=4096 or -n"
  `)
  expect(flawsOf(file(0x1004, header2()), 'multiboot2-misaligned')).toMatchInlineSnapshot(`
    "warning multiboot2-misaligned
      the multiboot2 header at 0x1004 is not on an 8-byte boundary
      loaders look at every eighth byte only and do not find it
      put \`align 8\` before it"
  `)
  expect(flawsOf(file(0x1000, words(magic2, 0, 24, 0, 0, 8)), 'multiboot2-checksum')).toMatchInlineSnapshot(`
    "warning multiboot2-checksum
      the multiboot2 header at 0x1000 has checksum 0x0; it must be 0x17adaf12
      every loader passes over this header, as if there were none
      let the assembler compute it: dd 0x100000000 - (0xE85250D6 + 0 + LENGTH), LENGTH from first to last byte"
  `)
  const mips = words(magic2, 4, 24, -(magic2 + 4 + 24), 0, 8)
  expect(flawsOf(file(0x1000, mips), 'multiboot2-architecture')).toMatchInlineSnapshot(`
    "warning multiboot2-architecture
      the multiboot2 header at 0x1000 is for architecture 4
      a loader on a PC starts architecture 0 (protected mode of i386) only
      set the second field to 0: 64-bit kernels, too, are entered in 32-bit protected mode"
  `)
})

test('multiboot2 tags that loaders dislike', () => {
  expect(
    flawsOf(file(0x1000, header2(20, 8, 21, 8, 0x1_0016, 8)), 'multiboot2-unknown-tag'),
  ).toMatchInlineSnapshot(`
    "warning multiboot2-unknown-tag
      the multiboot2 header requires tag type 20, 21, which the specification does not define
      a loader must refuse a kernel that requires what it does not know, and GRUB does
      set bit 0 of the tag's flags ("optional"), or leave the tag out"
  `)
  expect(flawsOf(file(0x1000, header2(3, 4)), 'multiboot2-tags')).toMatchInlineSnapshot(`
    "warning multiboot2-tags
      the multiboot2 header's tags are malformed: a tag of type 3 says that it is 4 bytes long
      loaders take what follows for tags: they refuse the kernel, or ask for what it never wanted
      start each tag on an 8-byte boundary, give its size without the padding, end with dw 0, 0 and dd 8"
  `)
  expect(flawsOf(file(0x1000, header2(3, 400)), 'multiboot2-tags')).toMatchInlineSnapshot(`
    "warning multiboot2-tags
      the multiboot2 header's tags are malformed: a tag of type 3 is longer than the header
      loaders take what follows for tags: they refuse the kernel, or ask for what it never wanted
      start each tag on an 8-byte boundary, give its size without the padding, end with dw 0, 0 and dd 8"
  `)
  const endless = words(magic2, 0, 16, -(magic2 + 16))
  expect(flawsOf(file(0x1000, endless), 'multiboot2-tags')).toMatchInlineSnapshot(`
    "warning multiboot2-tags
      the multiboot2 header's tags are malformed: the end tag (type 0, size 8) is missing
      loaders take what follows for tags: they refuse the kernel, or ask for what it never wanted
      start each tag on an 8-byte boundary, give its size without the padding, end with dw 0, 0 and dd 8"
  `)
})

test('contracts come in the order in which kerneltest prefers them', () => {
  const note = new Uint8Array([...words(4, 4, 18), 0x58, 0x65, 0x6e, 0, ...words(0x10_0040)])
  const bytes = elfBytes({
    bits: 32,
    programs: [soundProgram, { type: 4, offset: 0x1080n, fileSize: 20n }],
    contents: [
      { at: 0x1000, bytes: header1(0) },
      { at: 0x1020, bytes: header2() },
      { at: 0x1080, bytes: note },
    ],
  })
  expect(contracts(bytes).map(({ kind }) => kind)).toEqual(['multiboot2', 'multiboot1', 'pvh'])
})
