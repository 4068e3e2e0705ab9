import { expect, test } from 'vitest'
import type { Multiboot1Header } from '../../src/image/image.ts'
import { elf, multiboot1Elf, segment } from './images.ts'
import { PhysicalMemory } from './physical-memory.ts'
import { directStartOf, module, planOf, refusals } from './plan-of.ts'

test('the information structure leads to everything, and the machine fills in what it knows', () => {
  const modules = [module('a', 'first', 'a --b'), module('b', 'second')]
  const start = directStartOf(planOf(multiboot1Elf(3), { commandLine: 'quiet "x y"', modules }))
  const memory = new PhysicalMemory(start)
  const { rax, rbx = 0n } = start.cpu.registers
  expect(rax).toBe(0x2badb002n)
  const at = (offset: number) => memory.u32(rbx + BigInt(offset))
  expect(at(0)).toBe(0x124d)
  expect([memory.text(at(16)), memory.text(at(64))]).toEqual(['quiet "x y"', 'kerneltest'])
  const table = at(24)
  const read = [0, 16].map((entry) => {
    const from = memory.u32(table + entry)
    const size = memory.u32(table + entry + 4) - from
    return {
      offset: from % 4096,
      size,
      content: memory.text(from),
      line: memory.text(memory.u32(table + entry + 8)),
    }
  })
  expect([at(20), ...read]).toEqual([
    2,
    { offset: 0, size: 5, content: 'first', line: 'a --b' },
    { offset: 0, size: 6, content: 'second', line: '' },
  ])
  const holes = start.memory.filter((part) => part.kind !== 'bytes')
  expect(holes).toEqual([
    { kind: 'memoryMap', at: BigInt(at(48)), format: 'multiboot1', capacity: 128 },
    { kind: 'fact', at: rbx + 4n, fact: 'lowerKiB', size: 4, plus: 0 },
    { kind: 'fact', at: rbx + 8n, fact: 'upperKiB', size: 4, plus: 0 },
    { kind: 'fact', at: rbx + 44n, fact: 'mapBytes', size: 4, plus: 0 },
  ])
})

test('without modules the structure does not claim any', () => {
  const { memory, cpu } = directStartOf(planOf(multiboot1Elf()))
  const { rbx = 0n } = cpu.registers
  const physical = new PhysicalMemory({ kind: 'direct', memory, cpu })
  expect([physical.u32(rbx), physical.u32(rbx + 20n)]).toEqual([0x1245, 0])
})

test('entry state: protected mode, flat segments, a descriptor table', () => {
  const { cpu, ...start } = directStartOf(planOf(multiboot1Elf()))
  const { registers, gdt, ...state } = cpu
  expect(Object.keys(registers).sort()).toEqual(['rax', 'rbx', 'rsp'])
  expect(state).toEqual({ mode: 'protected32', rip: 0x100010n, cr0: 0x11, cr3: 0n, cr4: 0, efer: 0 })
  const memory = new PhysicalMemory({ ...start, cpu })
  expect([memory.number(gdt.base + 0x10n, 8), memory.number(gdt.base + 0x18n, 8)]).toEqual([
    0x00cf9b000000ffffn,
    0x00cf93000000ffffn,
  ])
})

test('a kernel that asks for a video mode is told of 80 × 25 text, as every other is', () => {
  const plan = planOf(multiboot1Elf(4))
  const start = directStartOf(plan)
  const memory = new PhysicalMemory(start)
  const { rbx = 0n } = start.cpu.registers
  expect([88, 96, 100, 104].map((offset) => memory.u32(rbx + BigInt(offset)))).toEqual([0xb8000, 160, 80, 25])
  expect([memory.byte(rbx + 108n), memory.byte(rbx + 109n)]).toEqual([16, 2])
  expect(plan.provenance.notes).toEqual(['the header asks for a video mode: it gets 80 × 25 text'])
})

test('an entry point at a virtual address moves with its segment, in an ELF64 too', () => {
  const virtualAddress = 0xffffffff80100000n
  const segments = [segment({ virtualAddress, physicalAddress: 0x200000n })]
  const plan = planOf(multiboot1Elf(0, { bits: 64, entry: virtualAddress + 0x20n, segments }))
  expect(directStartOf(plan).cpu.rip).toBe(0x200020n)
  expect(plan.provenance.notes).toEqual([
    "QEMU's own -kernel refuses multiboot1 in a 64-bit ELF; GRUB accepts it",
  ])
})

function byFields(load: NonNullable<Multiboot1Header['load']>) {
  return elf({ bits: 32, contracts: [{ kind: 'multiboot1', fileOffset: 0x1010, flags: 0x10000, load }] })
}
const fields = { header: 0x200010, loadStart: 0x200000, loadEnd: 0x200800, bssEnd: 0x203000, entry: 0x200040 }

test('the address fields of the header come before the ELF segments', () => {
  const start = directStartOf(planOf(byFields(fields)))
  const [kernel] = start.memory
  expect(kernel).toMatchObject({ kind: 'bytes', at: 0x200000n, size: 0x3000, what: 'kernel' })
  const memory = new PhysicalMemory(start)
  expect([memory.byte(0x2000ffn), memory.byte(0x200800n), memory.byte(0x203000n)]).toEqual([0xff, 0, null])
  expect(start.cpu.rip).toBe(0x200040n)
})

test('load_end_addr 0 loads the rest of the file, bss_end_addr 0 nothing more', () => {
  const [kernel] = directStartOf(planOf(byFields({ ...fields, loadEnd: 0, bssEnd: 0 }))).memory
  expect(kernel).toMatchObject({ at: 0x200000n, size: 0x3000 })
})

const hugeModule = { name: 'huge.img', bytes: new Uint8Array(3 << 20), commandLine: '' }

const refused: Parameters<typeof refusals>[0] = [
  ['unknown requirement', multiboot1Elf(0x18)],
  ['entry at a physical address', multiboot1Elf(0, { segments: [segment({ virtualAddress: 0xc0100000n })] })],
  ['a start before the file', byFields({ ...fields, loadStart: 0x100000 })],
  ['load address above the header', byFields({ ...fields, loadStart: 0x200020 })],
  ['an end before the start', byFields({ ...fields, loadEnd: 0x1fff00 })],
  ['an end past the file', byFields({ ...fields, loadEnd: 0x204000 })],
  ['a bss that ends too early', byFields({ ...fields, bssEnd: 0x200400 })],
  ['a segment in ROM', multiboot1Elf(0, { segments: [segment({ at: 0xff000n, memorySize: 0x2000n })] })],
  ['a segment above 4 GiB', multiboot1Elf(0, { segments: [segment({ at: 1n << 32n })], entry: 1n << 32n })],
  [
    'two segments in one place',
    multiboot1Elf(0, {
      segments: [segment(), segment({ index: 3, virtualAddress: 0x900000n, physicalAddress: 0x100fffn })],
    }),
  ],
  ['no room for a module', multiboot1Elf(), { memoryMiB: 4, modules: [hugeModule] }],
  ['a firmware', multiboot1Elf(), { firmware: 'uefi' }],
]

test('refuses what GRUB would refuse', () => {
  expect(refusals(refused)).toMatchInlineSnapshot(`
    "unknown requirement
    KT2008: the multiboot header requires 0x18, flags that the specification does not define
      Set only bits 0 (page-aligned modules), 1 (memory information), 2 (video mode) and 16 (address fields).

    entry at a physical address
    KT2009: the entry point 0x100010 lies in no segment's virtual addresses
      It is a physical address. Give the symbol that ENTRY() names its section's virtual address: loaders convert it.

    a start before the file
    KT2012: the multiboot header's address fields contradict each other: load_addr 0x100000 is 0x100010 below header_addr, more than the file has there
      In an ELF file they are not needed: clear bit 16 of the flags (multiboot2: drop the address tag).

    load address above the header
    KT2012: the multiboot header's address fields contradict each other: load_addr 0x200020 is above header_addr 0x200010
      In an ELF file they are not needed: clear bit 16 of the flags (multiboot2: drop the address tag).

    an end before the start
    KT2012: the multiboot header's address fields contradict each other: load_end_addr 0x1fff00 is below load_addr 0x200000
      In an ELF file they are not needed: clear bit 16 of the flags (multiboot2: drop the address tag).

    an end past the file
    KT2012: the multiboot header's address fields contradict each other: load_end_addr 0x204000 asks for 0x4000 bytes, more than the file has
      In an ELF file they are not needed: clear bit 16 of the flags (multiboot2: drop the address tag).

    a bss that ends too early
    KT2012: the multiboot header's address fields contradict each other: bss_end_addr 0x200400 is below the end of the load, 0x200800
      In an ELF file they are not needed: clear bit 16 of the flags (multiboot2: drop the address tag).

    a segment in ROM
    KT2003: no RAM for segment 0 at 0xff000-0x101000: a machine with 128 MiB has it free at 0x0-0x9fc00 and 0x100000-0x6f00000
      Link the kernel to load there (AT() or the program header's physical address), or give the machine more memory.

    a segment above 4 GiB
    KT2003: no RAM for segment 0 at 0x100000000-0x100001000: a machine with 128 MiB has it free at 0x0-0x9fc00 and 0x100000-0x6f00000
      Link the kernel to load there (AT() or the program header's physical address), or give the machine more memory.

    two segments in one place
    KT2005: segment 3 (0x100fff-0x101fff) overlaps segment 0 (0x100000-0x101000)
      Look at the load addresses with \`kerneltest inspect\` or \`readelf -lW\`, and at AT() in the linker script.

    no room for a module
    KT2006: no free memory for the module huge.img (0x300000 bytes) in 4 MiB
      Give the machine more memory: option memory, --memory on the command line.

    a firmware
    KT2007: multiboot1 starts the kernel without a firmware
      Leave out the option firmware: it is for disks and ISOs.
    "
  `)
})
