import { expect, test } from 'vitest'
import { elfBytes, type ProgramRecipe, soundProgram } from './elf-bytes.ts'
import { flawsOf, readElfBytes } from './told.ts'

const data: ProgramRecipe = { ...soundProgram, virtual: 0x10_1000n, access: 'rw-' }

function ids(...programs: readonly ProgramRecipe[]): string[] {
  return readElfBytes(elfBytes({ programs })).flaws.map(({ id }) => id)
}

/** What every file of `elfBytes` lacks. */
const bare = ['no-boot-header', 'no-symbols']

test('finds nothing in sound segments', () => {
  expect(ids(soundProgram, data)).toEqual(bare)
})

test('no segments', () => {
  expect(ids()).toEqual(['no-segments', ...bare])
  expect(ids({ type: 4 }, { ...soundProgram, fileSize: 0n })).toEqual(['no-segments', ...bare])
  expect(flawsOf(elfBytes({ programs: [] }), 'no-segments')).toMatchInlineSnapshot(`
    "fatal no-segments
      no PT_LOAD segment
      there is nothing to put into memory
      link with a linker script that places .text; look at the result with readelf -l"
  `)
})

test('addresses that wrap', () => {
  const last = { ...soundProgram, virtual: 0xffff_ffff_ffff_ff00n, physical: 0x20_0000n, alignment: 0n }
  expect(ids(soundProgram, last)).toEqual(bare)
  expect(ids(soundProgram, { ...last, memorySize: 0x101n })).toEqual(['address-wrap', ...bare])
  const physical = { ...soundProgram, physical: 0xffff_ffff_ffff_ff01n }
  expect(flawsOf(elfBytes({ programs: [physical] }), 'address-wrap')).toMatchInlineSnapshot(`
    "fatal address-wrap
      segment 0 runs past the last address
      the end lies below the beginning: no loader can place that
      look at the addresses and sizes with readelf -lW; a symbol in the linker script has overflowed"
  `)
  const last32 = { ...soundProgram, virtual: 0xffff_ff00n, physical: 0x20_0000n, alignment: 0n }
  const wraps32 = (memorySize: bigint): string =>
    flawsOf(elfBytes({ bits: 32, programs: [soundProgram, { ...last32, memorySize }] }), 'address-wrap')
  expect(wraps32(0x100n)).toBe('')
  expect(wraps32(0x101n)).not.toBe('')
})

test('segments past the end of the file', () => {
  expect(flawsOf(elfBytes({ size: 0x10ff }), 'segment-past-end')).toMatchInlineSnapshot(`
    "fatal segment-past-end
      segment 0 lies partly past the end of the file
      the file was cut short: some of the code or data is missing
      build or download it again"
  `)
})

test('more bytes in the file than in memory', () => {
  const programs = [{ ...soundProgram, memorySize: 0xffn }]
  expect(flawsOf(elfBytes({ programs }), 'file-size-exceeds-memory-size')).toMatchInlineSnapshot(`
    "fatal file-size-exceeds-memory-size
      segment 0 has more bytes in the file than in memory
      the ELF specification forbids it, and loaders differ: refused here, cut off or overrunning there
      let the linker write the sizes: p_memsz is p_filesz plus .bss"
  `)
})

test('non-canonical addresses', () => {
  const at = (virtual: bigint): string[] => ids(soundProgram, { ...data, virtual, physical: 0x20_0000n })
  expect(at(0x7fff_ffff_f000n)).toEqual(bare)
  expect(at(0x8000_0000_0000n)).toEqual(['non-canonical-address', ...bare])
  expect(at(0xffff_7fff_ffff_f000n)).toEqual(['non-canonical-address', ...bare])
  expect(at(0xffff_8000_0000_0000n)).toEqual(bare)
  const programs = [soundProgram, { ...data, virtual: 1n << 60n, physical: 0x20_0000n }]
  expect(flawsOf(elfBytes({ programs }), 'non-canonical-address')).toMatchInlineSnapshot(`
    "fatal non-canonical-address
      segment 1 lies at a non-canonical address
      bits 63 to 47 differ: the first access in 64-bit mode is a general-protection fault
      link below 0x0000800000000000 or from 0xffff800000000000 up"
  `)
})

test('physical addresses above 4 GiB', () => {
  const at = (physical: bigint): string[] => ids(soundProgram, { ...data, virtual: physical })
  expect(at(0xffff_f000n)).toEqual(bare)
  expect(at(0x1_0000_0000n)).toEqual(['segment-above-4-gib', ...bare])
  const unrelocated = { ...soundProgram, virtual: 0xffff_ffff_8800_0000n }
  expect(flawsOf(elfBytes({ programs: [unrelocated] }), 'segment-above-4-gib')).toMatchInlineSnapshot(`
    "warning segment-above-4-gib
      segment 0 has its physical address above 4 GiB
      multiboot and PVH load below 4 GiB only; a direct start in 64-bit mode finds them another place
      give the sections a load address: .text : AT(ADDR(.text) - KERNEL_VIRTUAL_BASE) { … }"
  `)
})

test('memory that the PC keeps for itself', () => {
  const at = (physical: bigint): string[] => ids(soundProgram, { ...data, virtual: 0x20_0000n, physical })
  expect(at(0x7000n)).toEqual(bare)
  expect(at(0x9ff00n)).toEqual(bare)
  expect(at(0x9ff01n)).toEqual(['segment-in-low-memory', ...bare])
  expect(at(0xff000n)).toEqual(['segment-in-low-memory', ...bare])
  expect(at(0x4f0n)).toEqual(['segment-in-low-memory', ...bare])
  const programs = [soundProgram, { ...data, physical: 0xb8000n }]
  expect(flawsOf(elfBytes({ programs }), 'segment-in-low-memory')).toMatchInlineSnapshot(`
    "warning segment-in-low-memory
      segment 1 lies where the PC keeps video memory, ROM or BIOS data
      what is loaded there is lost, or overwrites what firmware and boot loader still need
      load at 1 MiB or above: . = 1M; in the linker script"
  `)
})

test('segments that are writable and executable', () => {
  const one = elfBytes({ programs: [{ ...soundProgram, access: 'rwx' }] })
  expect(flawsOf(one, 'writable-executable-segment')).toMatchInlineSnapshot(`
    "warning writable-executable-segment
      segment 0 is writable and executable
      a stray write changes code without a fault, and injected data can run
      put .text into a segment of its own: PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); }"
  `)
  const many = Array.from({ length: 7 }, (_, index) => ({
    ...soundProgram,
    access: 'rwx',
    virtual: 0x10_0000n + BigInt(index) * 0x1000n,
  }))
  expect(flawsOf(elfBytes({ programs: many }), 'writable-executable-segment')).toMatchInlineSnapshot(`
    "warning writable-executable-segment
      segments 0, 1, 2, 3 and 3 more are writable and executable
      a stray write changes code without a fault, and injected data can run
      put .text into a segment of its own: PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); }"
  `)
})

test('addresses and file offsets that do not belong together', () => {
  expect(ids({ ...soundProgram, alignment: 0x1001n })).toContain('unaligned-segment')
  expect(ids({ ...soundProgram, alignment: 1n, offset: 0xff1n })).not.toContain('unaligned-segment')
  const programs = [{ ...soundProgram, offset: 0xff0n }]
  expect(flawsOf(elfBytes({ programs }), 'unaligned-segment')).toMatchInlineSnapshot(`
    "warning unaligned-segment
      segment 0: address and file offset differ modulo the alignment, or it is no power of two
      the ELF specification forbids it; loaders that map the file by pages put it in the wrong place
      let the linker assign file offsets; do not patch p_offset or p_align afterwards"
  `)
})

test('overlapping segments', () => {
  const at = (virtual: bigint, physical: bigint): string[] =>
    ids({ ...soundProgram, memorySize: 0x2000n }, { ...soundProgram, virtual, physical, alignment: 0n })
  expect(at(0x10_2000n, 0x10_2000n)).toEqual(bare)
  expect(at(0x10_1000n, 0x30_0000n)).toEqual(['segments-overlap', ...bare])
  expect(at(0x30_0000n, 0x10_1000n)).toEqual(['segments-overlap', ...bare])
  expect(at(0x0f_ff00n, 0x30_0000n)).toEqual(bare)
  expect(at(0x0f_ff01n, 0x30_0000n)).toContain('segments-overlap')
  const both = elfBytes({ programs: [{ ...soundProgram, memorySize: 0x2000n }, data] })
  expect(flawsOf(both, 'segments-overlap')).toMatchInlineSnapshot(`
    "warning segments-overlap
      segments 0 and 1 overlap at physical 0x101000
      the one that is loaded last overwrites the other; kerneltest refuses to load that (KT2005)
      check the location counter and the AT() addresses in the linker script"
  `)
  const inside = [{ ...soundProgram, memorySize: 0x9000n }, data, { ...data, virtual: 0x10_8000n }]
  expect(flawsOf(elfBytes({ programs: inside }), 'segments-overlap')).toMatchInlineSnapshot(`
    "warning segments-overlap
      segments 0 and 1 overlap at physical 0x101000
      the one that is loaded last overwrites the other; kerneltest refuses to load that (KT2005)
      check the location counter and the AT() addresses in the linker script
    warning segments-overlap
      segments 0 and 2 overlap at physical 0x108000
      the one that is loaded last overwrites the other; kerneltest refuses to load that (KT2005)
      check the location counter and the AT() addresses in the linker script"
  `)
})

test('two permissions in one page', () => {
  const next = { ...data, virtual: 0x10_0100n, physical: 0x30_0100n, alignment: 0n }
  expect(ids(soundProgram, { ...next, access: 'r-x' })).toEqual(bare)
  expect(flawsOf(elfBytes({ programs: [soundProgram, next] }), 'segments-share-page')).toMatchInlineSnapshot(`
    "warning segments-share-page
      segments 0 and 1 share the page at 0x100000
      a page has one set of permissions: one of the two gets more, or less, than it asks for
      put \`. = ALIGN(4K);\` between them in the linker script"
  `)
})

test('an entry in a hole', () => {
  const at = (entry: bigint): string => flawsOf(elfBytes({ entry }), 'entry-outside-segments')
  expect(at(0x10_00ffn)).toBe('')
  expect(at(0x0f_ffffn)).not.toBe('')
  expect(at(0x10_0100n)).toMatchInlineSnapshot(`
    "warning entry-outside-segments
      the entry 0x100100 lies in no segment
      the CPU starts in memory that holds no code: expect an invalid opcode or a triple fault
      name the entry in the linker script, ENTRY(_start), and keep it global (Rust: #[unsafe(no_mangle)])"
  `)
})

test('an entry in data', () => {
  const programs = [soundProgram, data]
  expect(flawsOf(elfBytes({ entry: 0x10_1004n, programs }), 'code-not-executable')).toMatchInlineSnapshot(`
    "warning code-not-executable
      the entry 0x101004 lies in segment 1, which is not executable
      a loader that honours permissions maps it no-execute: the first fetch is a page fault
      put the entry into .text, and .text into a segment with FLAGS(5)"
  `)
})

test('an entry given as a physical address', () => {
  const programs = [{ ...soundProgram, virtual: 0xffff_ffff_8800_0000n, physical: 0x20_0000n }]
  expect(flawsOf(elfBytes({ entry: 0x20_0010n, programs }), 'entry-is-physical')).toMatchInlineSnapshot(`
    "warning entry-is-physical
      the entry 0x200010 is a physical address: it lies in no segment's virtual addresses
      GRUB looks for it among the virtual addresses and refuses the kernel; QEMU's -kernel starts it
      give the symbol that ENTRY() names its virtual address: loaders convert it themselves"
  `)
  expect(flawsOf(elfBytes({ entry: 0xffff_ffff_8800_0010n, programs }), 'entry-is-physical')).toBe('')
})
