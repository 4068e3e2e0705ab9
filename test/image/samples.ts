import { elfBytes, Fields, soundProgram, words } from './elf-bytes.ts'

/** Images put together by hand, the same on every machine: what whole outputs are compared on. */

const magic1 = 0x1badb002

/** An ELF32 with a multiboot1 header, two segments and the symbols `start` and `my_os::kernel_main`. */
export function multibootKernel(): Uint8Array<ArrayBuffer> {
  const names = '\0start\0_ZN5my_os11kernel_main17h0123456789abcdefE\0'
  const symbol = (name: number, address: number, size: number): number[] => [name, address, size, 0x0001_0012]
  return elfBytes({
    bits: 32,
    entry: 0x10_000cn,
    programs: [soundProgram, { ...soundProgram, virtual: 0x10_1000n, access: 'rw-', memorySize: 0x4000n }],
    contents: [
      { at: 0x1000, bytes: words(magic1, 3, -(magic1 + 3)) },
      { at: 0x1100, bytes: words(...symbol(1, 0x10_000c, 4), ...symbol(7, 0x10_0010, 0x20)) },
      { at: 0x1200, bytes: new TextEncoder().encode(names) },
    ],
    sections: [
      { type: 2, offset: 0x1100n, size: 32n, link: 1 },
      { type: 3, offset: 0x1200n, size: BigInt(names.length) },
    ],
  })
}

/** An ELF64 in the upper half that forgot its load address; its segment is writable and executable. */
export function flawedKernel(): Uint8Array<ArrayBuffer> {
  const virtual = 0xffff_ffff_8800_0000n
  return elfBytes({ entry: virtual, programs: [{ ...soundProgram, virtual, access: 'rwx' }] })
}

/** A multiboot1 kernel whose only segment lies where the PC has video memory. */
export function screenKernel(): Uint8Array<ArrayBuffer> {
  return elfBytes({
    bits: 32,
    entry: 0xb_8010n,
    programs: [{ ...soundProgram, virtual: 0xb_8000n }],
    contents: [{ at: 0x1000, bytes: words(magic1, 0, -magic1) }],
  })
}

/** A disk with an MBR, two partitions and a third of a sector too much. */
export function partitionedDisk(): Uint8Array<ArrayBuffer> {
  const disk = new Fields(new Uint8Array(64 * 512 + 171)).byte(0, 0xfa).half(510, 0xaa55)
  disk.byte(446, 0x80).byte(450, 0x83).word(454, 1).word(458, 20)
  return disk.byte(466, 0xef).word(470, 21).word(474, 43).bytes
}

/** An ISO with one boot entry for a BIOS and one for UEFI. */
export function bootableIso(): Uint8Array<ArrayBuffer> {
  const sector = 2048
  const catalog = 20 * sector
  const iso = new Fields(new Uint8Array(32 * sector)).byte(16 * sector, 1).text(16 * sector + 1, 'CD001')
  iso.text(16 * sector + 40, 'MY_OS'.padEnd(32)).word(16 * sector + 80, 32)
  iso
    .text(17 * sector + 1, 'CD001')
    .text(17 * sector + 7, 'EL TORITO SPECIFICATION')
    .word(17 * sector + 71, 20)
  iso.byte(18 * sector, 255).text(18 * sector + 1, 'CD001')
  iso
    .byte(catalog, 1)
    .half(catalog + 28, 0x1_0000 - 0xaa55 - 1)
    .half(catalog + 30, 0xaa55)
  iso
    .byte(catalog + 32, 0x88)
    .half(catalog + 38, 4)
    .word(catalog + 40, 24)
  iso
    .byte(catalog + 64, 0x91)
    .byte(catalog + 65, 0xef)
    .half(catalog + 66, 1)
  return iso
    .byte(catalog + 96, 0x88)
    .half(catalog + 102, 2880)
    .word(catalog + 104, 25).bytes
}

/** A bzImage of 4 setup sectors and 16 KiB, boot protocol `protocolVersion`. */
export function bzImage(protocolVersion: number): Fields {
  const fields = new Fields(new Uint8Array(5 * 512 + 16_384))
  fields.byte(0x1f1, 4).word(0x1f4, 1024).half(0x1fe, 0xaa55)
  fields.text(0x202, 'HdrS').half(0x206, protocolVersion).half(0x20e, 0x300).byte(0x211, 1)
  fields.word(0x22c, 0x7fff_ffff).word(0x230, 0x20_0000).byte(0x234, 1).half(0x236, 0x7f).word(0x238, 2047)
  fields.long(0x258, 0x100_0000n).word(0x260, 0x123_4000)
  return fields.text(0x500, '6.1.0-test (builder@host) #1 SMP\0')
}
