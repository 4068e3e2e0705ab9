import { expect, test } from 'vitest'
import { elfBytes, soundProgram } from './elf-bytes.ts'
import { flawsOf, readElfBytes } from './told.ts'

test('a kernel without a boot header starts directly when it is 64-bit and static', () => {
  expect(flawsOf(elfBytes(), 'no-boot-header')).toMatchInlineSnapshot(`
    "note no-boot-header
      no boot header
      QEMU's -kernel would answer 'Error loading uncompressed kernel without PVH ELF Note'; kerneltest starts it directly in 64-bit mode
      nothing, if your own loader starts it so; else add a multiboot2 header or a PVH note"
  `)
  expect(flawsOf(elfBytes({ bits: 32 }), 'no-boot-header')).toMatchInlineSnapshot(`
    "fatal no-boot-header
      no boot header
      QEMU's -kernel would answer 'Error loading uncompressed kernel without PVH ELF Note'; a 32-bit kernel without one says nowhere in which state it wants to start
      add a multiboot header: dd 0x1BADB002, 0, -0x1BADB002 in the first 8 KiB, on a 4-byte boundary"
  `)
  expect(flawsOf(elfBytes({ type: 3 }), 'no-boot-header', 'position-independent')).toMatchInlineSnapshot(`
    "fatal no-boot-header
      no boot header
      QEMU's -kernel would answer 'Error loading uncompressed kernel without PVH ELF Note'; kerneltest starts a 64-bit kernel without one only where it is linked for fixed addresses
      link with -no-pie (Rust: -C relocation-model=static), or add a multiboot2 header
    note position-independent
      the kernel is position-independent (ET_DYN)
      it is loaded where its headers say and nobody applies its relocations: it must do so itself
      link with -no-pie (Rust: -C relocation-model=static), unless it relocates itself"
  `)
})

test('a program for an operating system', () => {
  const programs = [soundProgram, { type: 3, offset: 0x1000n, fileSize: 0x1cn }]
  expect(flawsOf(elfBytes({ type: 3, programs }), 'needs-interpreter')).toMatchInlineSnapshot(`
    "fatal needs-interpreter
      the program asks for a dynamic loader (PT_INTERP)
      this is a program for an operating system: nothing on the bare machine can start it
      link the kernel with -static -nostdlib, for a bare-metal target such as x86_64-unknown-none"
  `)
})

test('section headers past the end', () => {
  const file = elfBytes({ sections: [{ type: 0, offset: 0n, size: 0n }] })
  expect(flawsOf(file.subarray(0, -1), 'sections-past-end')).toMatchInlineSnapshot(`
    "warning sections-past-end
      the section headers lie past the end of the file, or have a size of their own
      the file was probably cut short; its symbols cannot be read
      build or download it again"
  `)
  file[58] = 40
  expect(readElfBytes(file).flaws.map(({ id }) => id)).toContain('sections-past-end')
})

test('no symbols', () => {
  expect(flawsOf(elfBytes(), 'no-symbols')).toMatchInlineSnapshot(`
    "note no-symbols
      no symbol table
      reports show bare addresses, and \`until\` takes addresses only
      keep the symbols: no strip, no -s, in Cargo.toml strip = false (they cost the guest nothing)"
  `)
})

test('more symbols than the file holds', () => {
  const sections = [
    { type: 2, offset: 0x1100n, size: 0x100_0000n, link: 1 },
    { type: 3, offset: 0x1000n, size: 0x10n },
  ]
  const file = elfBytes({ sections })
  expect(flawsOf(file, 'symbols-cut')).toMatchInlineSnapshot(`
    "warning symbols-cut
      the symbol table claims 699050 symbols; 5 of them are read
      places named by the others are shown as bare addresses
      build the file again; a kernel of that many symbols is unheard of"
  `)
  expect(readElfBytes(file).symbols.symbols.length).toBeLessThan(6)
})

test('the gravest flaws come first', () => {
  const programs = [{ ...soundProgram, access: 'rwx', memorySize: 1n }]
  expect(readElfBytes(elfBytes({ programs })).flaws.map(({ severity }) => severity)).toEqual([
    'fatal',
    'warning',
    'note',
    'note',
  ])
})

test('a kernel for Limine, which kerneltest would start without Limine', () => {
  const request = new Uint8Array(new BigUint64Array([0xc7b1dd30df4c8b88n, 0x0a82e883a194f07bn]).buffer)
  const kernel = elfBytes({ contents: [{ at: 0x1040, bytes: request }] })
  expect(flawsOf(kernel, 'limine-requests', 'no-boot-header')).toMatchInlineSnapshot(`
    "warning limine-requests
      the kernel asks for the Limine boot protocol (a request at 0x1040 of the file)
      started without Limine it finds its requests unanswered, and most such kernels halt then
      boot the ISO or the disk image that your build puts Limine and this kernel on
    note no-boot-header
      no boot header
      QEMU's -kernel would answer 'Error loading uncompressed kernel without PVH ELF Note'; kerneltest starts it directly in 64-bit mode
      nothing, if your own loader starts it so; else add a multiboot2 header or a PVH note"
  `)
  const half = elfBytes({ contents: [{ at: 0x10f8, bytes: request.subarray(0, 8) }] })
  expect(flawsOf(half, 'limine-requests')).toBe('')
})

test('a kernel for Limine and multiboot has a way to boot', () => {
  const request = new Uint8Array(new BigUint64Array([0xc7b1dd30df4c8b88n, 0x0a82e883a194f07bn]).buffer)
  const header = new Uint8Array(new Uint32Array([0x1badb002, 0, 0x100000000 - 0x1badb002]).buffer)
  const contents = [
    { at: 0x1000, bytes: header },
    { at: 0x1040, bytes: request },
  ]
  expect(flawsOf(elfBytes({ contents }), 'limine-requests')).toBe('')
})
