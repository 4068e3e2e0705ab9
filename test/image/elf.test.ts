import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bytesSource } from '../../src/image/byte-source.ts'
import { readElf } from '../../src/image/elf.ts'
import { kernel } from '../kernels/build.ts'
import { elfBytes, soundProgram } from './elf-bytes.ts'
import { readElfBytes, refusal } from './told.ts'

const upperHalf = readFileSync(kernel('upper-half'))

test('reads a kernel in the upper half exactly', () => {
  const image = readElfBytes(upperHalf)
  expect(image).toMatchObject({ bits: 64, type: 'executable', machine: 'x86-64', entry: 0xffffffff88000010n })
  expect(image.segments).toEqual([
    {
      index: 0,
      virtualAddress: 0xffffffff88000000n,
      physicalAddress: 0x200000n,
      fileOffset: 0x1000,
      fileSize: 0x158,
      memorySize: 0x158n,
      readable: true,
      writable: false,
      executable: true,
    },
    {
      index: 1,
      virtualAddress: 0xffffffff88001000n,
      physicalAddress: 0x201000n,
      fileOffset: 0x2000,
      fileSize: 8,
      memorySize: 0x4009n,
      readable: true,
      writable: true,
      executable: false,
    },
  ])
  expect(image.flaws).toEqual([])
})

test('keeps 64-bit fields to the last bit', () => {
  const program = {
    offset: 0xfedc_ba98_7654_3211n,
    virtual: 0xffff_ffff_8800_0001n,
    physical: 0x8000_0000_0000_0003n,
    fileSize: 0x4000_0000_0000_0005n,
    memorySize: 0x7fff_ffff_ffff_fff7n,
    alignment: 0x8000_0000_0000_0009n,
  }
  const entry = 0xffff_ffff_ffff_fffdn
  const elf = readElf(bytesSource(elfBytes({ entry, programs: [program] })), 'image')
  expect(elf.entry).toBe(entry)
  expect(elf.programs).toEqual([
    {
      type: 'load',
      readable: true,
      writable: false,
      executable: true,
      fileOffset: program.offset,
      virtualAddress: program.virtual,
      physicalAddress: program.physical,
      fileSize: program.fileSize,
      memorySize: program.memorySize,
      alignment: program.alignment,
    },
  ])
})

test('keeps 64-bit section fields to the last bit', () => {
  const sections = [
    { type: 7, offset: 0xffff_ffff_ffff_fff1n, size: 0x8000_0000_0000_0001n, link: 0x8765_4321 },
  ]
  const elf = readElf(bytesSource(elfBytes({ sections })), 'image')
  expect(elf.sections).toEqual([
    { type: 'note', fileOffset: 0xffff_ffff_ffff_fff1n, size: 0x8000_0000_0000_0001n, link: 0x8765_4321 },
  ])
})

test('reads a 32-bit kernel', () => {
  const programs = [{ ...soundProgram, virtual: 0xc010_0000n, physical: 0x10_0000n, access: 'rwx' }]
  const image = readElfBytes(elfBytes({ bits: 32, entry: 0xc010_0001n, programs }))
  expect(image).toMatchObject({ bits: 32, machine: 'x86', entry: 0xc010_0001n })
  expect(image.segments).toMatchObject([
    { virtualAddress: 0xc010_0000n, physicalAddress: 0x10_0000n, fileSize: 0x100, writable: true },
  ])
})

test('reads files without sections, which elfy itself refuses', () => {
  const image = readElfBytes(elfBytes())
  expect(image.segments).toHaveLength(1)
  expect(image.symbols.symbols).toEqual([])
})

test('tells the types of program headers above 32 bits from PT_LOAD', () => {
  const types = [1, 0x6474_e551, 0x6474_e552, 4, 3, 2, 0xffff_ffff]
  const elf = readElf(bytesSource(elfBytes({ programs: types.map((type) => ({ type })) })), 'image')
  expect(elf.programs.map(({ type }) => type)).toEqual([
    'load',
    'other',
    'other',
    'note',
    'interpreter',
    'other',
    'other',
  ])
})

test('refuses a file cut short at every boundary of its headers', () => {
  expect(refusal(upperHalf.subarray(0, 4))).toMatchInlineSnapshot(`
    "KT1007: image is cut short: its 4 bytes are fewer than the 52 of a header
      Build or download it again."
  `)
  expect(refusal(upperHalf.subarray(0, 16))).toMatchInlineSnapshot(`
    "KT1007: image is cut short: its 16 bytes are fewer than the 64 of its header
      Build or download it again."
  `)
  expect(refusal(upperHalf.subarray(0, 63))).toMatchInlineSnapshot(`
    "KT1007: image is cut short: its 63 bytes are fewer than the 64 of its header
      Build or download it again."
  `)
  expect(refusal(upperHalf.subarray(0, 64))).toMatchInlineSnapshot(`
    "KT1007: image is cut short: its program headers end at 0xe8, the file at 0x40
      Build or download it again."
  `)
  expect(refusal(upperHalf.subarray(0, 64 + 3 * 56 - 1))).toMatchInlineSnapshot(`
    "KT1007: image is cut short: its program headers end at 0xe8, the file at 0xe7
      Build or download it again."
  `)
  expect(refusal(elfBytes({ bits: 32 }).subarray(0, 51))).toMatchInlineSnapshot(`
    "KT1007: image is cut short: its 51 bytes are fewer than the 52 of its header
      Build or download it again."
  `)
  expect(refusal(elfBytes({ bits: 32 }).subarray(0, 52))).toMatchInlineSnapshot(`
    "KT1007: image is cut short: its program headers end at 0x54, the file at 0x34
      Build or download it again."
  `)
})

test('describes a file whose headers are whole, wherever it is cut', () => {
  const ids = (length: number): string[] =>
    readElfBytes(upperHalf.subarray(0, length)).flaws.map(({ id }) => id)
  const headersEnd = 64 + 3 * 56
  const lost = ['segment-past-end', 'no-boot-header', 'sections-past-end', 'no-symbols']
  expect(ids(headersEnd).sort()).toEqual([...lost].sort())
  expect(ids(0x2007)).toEqual(['segment-past-end', 'sections-past-end', 'no-symbols'])
  expect(ids(0x2008)).toEqual(['sections-past-end', 'no-symbols'])
  expect(ids(upperHalf.length - 1)).toEqual(['sections-past-end', 'no-symbols'])
  expect(ids(upperHalf.length)).toEqual([])
})

test('names the machine that a foreign file is for', () => {
  expect(refusal(elfBytes({ machine: 183 }))).toMatchInlineSnapshot(`
    "KT1009: image is for AArch64; kerneltest tests x86 and x86-64 kernels
      Build the kernel for an x86-64 target, such as x86_64-unknown-none or x86_64-elf."
  `)
  expect(refusal(elfBytes({ bits: 32, machine: 40 }))).toMatchInlineSnapshot(`
    "KT1009: image is for ARM; kerneltest tests x86 and x86-64 kernels
      Build the kernel for an x86-64 target, such as x86_64-unknown-none or x86_64-elf."
  `)
  expect(refusal(elfBytes({ machine: 0x4711 }))).toMatchInlineSnapshot(`
    "KT1009: image is for machine number 18193; kerneltest tests x86 and x86-64 kernels
      Build the kernel for an x86-64 target, such as x86_64-unknown-none or x86_64-elf."
  `)
  const bigEndian = elfBytes()
  bigEndian[5] = 2
  expect(refusal(bigEndian)).toMatchInlineSnapshot(`
    "KT1009: image is for a big-endian machine; x86 is little-endian
      Build the kernel for an x86-64 target, such as x86_64-unknown-none or x86_64-elf."
  `)
})

test('refuses what is no executable', () => {
  expect(refusal(elfBytes({ type: 1 }))).toMatchInlineSnapshot(`
    "KT1010: image is an object file
      Link it first: ld -T linker.ld -o kernel.elf kernel.o"
  `)
  expect(refusal(elfBytes({ type: 4 }))).toMatchInlineSnapshot(`
    "KT1010: image is a core dump
      Name the kernel that your linker made."
  `)
  expect(refusal(elfBytes({ type: 0xfe00 }))).toMatchInlineSnapshot(`
    "KT1010: image is neither an executable nor a shared object
      Name the kernel that your linker made."
  `)
})

test('refuses header fields that no linker writes', () => {
  const patched = (at: number, ...bytes: number[]): Uint8Array => {
    const file = elfBytes()
    file.set(bytes, at)
    return file
  }
  expect(refusal(patched(4, 3))).toMatchInlineSnapshot(`
    "KT1008: image is damaged: its class is 3, neither 1 (32-bit) nor 2 (64-bit)
      Build it again; if that changes nothing, look at it with readelf -a."
  `)
  expect(refusal(patched(5, 0))).toMatchInlineSnapshot(`
    "KT1008: image is damaged: its byte order is 0, neither 1 (little) nor 2 (big)
      Build it again; if that changes nothing, look at it with readelf -a."
  `)
  expect(refusal(patched(54, 32))).toMatchInlineSnapshot(`
    "KT1008: image is damaged: its program headers are 32 bytes each; 64-bit ones are 56
      Build it again; if that changes nothing, look at it with readelf -a."
  `)
  expect(refusal(patched(56, 0xff, 0xff))).toMatchInlineSnapshot(`
    "KT1008: image is damaged: it has 65535 program headers; kerneltest reads up to 1024
      Build it again; if that changes nothing, look at it with readelf -a."
  `)
  expect(refusal(patched(32, 0, 0, 0, 0, 0, 0, 0, 0x80))).toMatchInlineSnapshot(`
    "KT1007: image is cut short: its program headers end at 0x8000000000000038, the file at 0x1100
      Build or download it again."
  `)
  expect(refusal(elfBytes({ machine: 3 }))).toMatchInlineSnapshot(`
    "KT1008: image is damaged: a 64-bit file cannot be for the 32-bit machine x86
      Build it again; if that changes nothing, look at it with readelf -a."
  `)
})
