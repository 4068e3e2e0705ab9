import { expect, test } from 'vitest'
import type { ByteSource } from '../../src/image/byte-source.ts'
import { readImage } from '../../src/image/read.ts'
import { elfBytes, Fields } from './elf-bytes.ts'
import { read, refusal } from './told.ts'

test('refuses what is no image', () => {
  const text = new TextEncoder().encode('#!/bin/sh\nqemu-system-x86_64 -kernel kernel.elf\n'.repeat(100))
  expect(refusal(new Uint8Array())).toMatchInlineSnapshot(`
    "KT1005: image is empty
      Look at the build step that makes it: it has failed, or it is still running."
  `)
  expect(refusal(new Uint8Array([1, 2, 3]))).toMatchInlineSnapshot(`
    "KT1006: image has 3 bytes: too few for a boot sector (512), and it is no ELF file
      Hand over the kernel that your build makes: an ELF file, a disk image, an ISO or a bzImage."
  `)
  expect(refusal(new Uint8Array(1))).toMatchInlineSnapshot(`
    "KT1006: image has 1 byte: too few for a boot sector (512), and it is no ELF file
      Hand over the kernel that your build makes: an ELF file, a disk image, an ISO or a bzImage."
  `)
  expect(refusal(new Uint8Array(511))).toMatchInlineSnapshot(`
    "KT1006: image has 511 bytes: too few for a boot sector (512), and it is no ELF file
      Hand over the kernel that your build makes: an ELF file, a disk image, an ISO or a bzImage."
  `)
  expect(refusal(text)).toMatchInlineSnapshot(`
    "KT1006: image is a text file
      Hand over the kernel that your build makes: an ELF file, a disk image, an ISO or a bzImage."
  `)
  expect(refusal(new TextEncoder().encode('ENTRY(start)'))).toMatchInlineSnapshot(`
    "KT1006: image is a text file
      Hand over the kernel that your build makes: an ELF file, a disk image, an ISO or a bzImage."
  `)
})

test('a flat binary of bytes that are no text is a disk without a signature', () => {
  expect(read(new Uint8Array(600).fill(0xf4)).flaws.map(({ id }) => id)).toContain('no-boot-signature')
  const cut = new TextEncoder().encode(`x${'ä'.repeat(4000)}`)
  expect(refusal(cut)).toMatch(/^KT1006: image is a text file/)
})

test('names formats that must be converted', () => {
  const file = (at: number, ...bytes: number[]): Uint8Array => {
    const content = new Uint8Array(4096)
    content.set(bytes, at)
    return content
  }
  expect(refusal(file(0, 0x1f, 0x8b, 8))).toMatchInlineSnapshot(`
    "KT1011: image is compressed with gzip
      Unpack it first: gunzip -k FILE"
  `)
  expect(refusal(file(0, 0x51, 0x46, 0x49, 0xfb))).toMatchInlineSnapshot(`
    "KT1011: image is a qcow2 disk
      Convert it first: qemu-img convert -O raw FILE disk.img"
  `)
  expect(refusal(file(0x40, 0x7f, 0x10, 0xda, 0xbe))).toMatchInlineSnapshot(`
    "KT1011: image is a VirtualBox disk
      Convert it first: qemu-img convert -O raw FILE disk.img"
  `)
  expect(refusal(file(0, 0xcf, 0xfa, 0xed, 0xfe))).toMatchInlineSnapshot(`
    "KT1011: image is a Mach-O program
      It is for macOS. Build for a bare-metal target, such as x86_64-unknown-none or x86_64-elf."
  `)
  expect(refusal(new TextEncoder().encode('!<arch>\n/ 0 '.padEnd(600)))).toMatchInlineSnapshot(`
    "KT1011: image is a static library
      Link it into a kernel first (Rust: a binary crate, or crate-type = ["bin"])."
  `)
})

test('tells an EFI application from a Windows program and from a boot sector', () => {
  const program = (subsystem: number): Fields =>
    new Fields(new Uint8Array(4096))
      .text(0, 'MZ')
      .word(0x3c, 0x80)
      .text(0x80, 'PE')
      .half(0x80 + 0x5c, subsystem)
  expect(refusal(program(10).bytes)).toMatchInlineSnapshot(`
    "KT1011: image is an EFI application
      Put it as /EFI/BOOT/BOOTX64.EFI on a FAT disk image (mformat, mmd, mcopy) and boot that with firmware uefi."
  `)
  expect(refusal(program(3).bytes)).toMatchInlineSnapshot(`
    "KT1011: image is a Windows program
      Build for a bare-metal target, such as x86_64-unknown-none or x86_64-elf."
  `)
  const offsetPastEnd = program(10).word(0x3c, 0xffff_fff0)
  expect(read(offsetPastEnd.bytes).kind).toBe('disk')
})

test('an ISO that is a disk as well is an ISO', () => {
  const hybrid = new Fields(new Uint8Array(0x9000)).half(510, 0xaa55).byte(0x8000, 1).text(0x8001, 'CD001')
  expect(read(hybrid.bytes)).toMatchObject({ kind: 'iso', hybrid: true })
})

/** A source of `size` bytes that has `bytes` at its beginning and counts what is read. */
function sparse(size: number, bytes: Uint8Array): ByteSource & { reads: number; total: number } {
  return {
    size,
    reads: 0,
    total: 0,
    read(offset, length) {
      const count = Math.max(0, Math.min(length, size - offset))
      this.reads++
      this.total += count
      const result = new Uint8Array(count)
      result.set(bytes.subarray(Math.min(offset, bytes.length), Math.min(offset + count, bytes.length)))
      return result
    },
  }
}

test('reads a few sectors of a disk of 5 GB', () => {
  const source = sparse(5_000_000_000, new Fields(new Uint8Array(512)).half(510, 0xaa55).bytes)
  expect(readImage(source, 'image')).toMatchObject({ kind: 'disk', bootSignature: true })
  expect(source.total).toBeLessThan(16_384)
  expect(source.reads).toBeLessThan(10)
  expect(readImage(sparse(5_000_000_000, new Uint8Array()), 'image').kind).toBe('disk')
})

test('reads the headers of an ELF file of 5 GB, and no symbols until they are asked for', () => {
  const sections = [
    { type: 2, offset: 0x10_0000n, size: 4_000_000_000n, link: 1 },
    { type: 3, offset: 0x10_0000n, size: 4_000_000_000n },
  ]
  const source = sparse(5_000_000_000, elfBytes({ sections }))
  const image = readImage(source, 'image')
  if (image.kind !== 'elf') throw new Error('no ELF')
  expect(source.total).toBeLessThan(200_000)
  expect(image.symbols.find('start')).toBeNull()
  expect(source.total).toBeLessThan(300_000_000)
})
