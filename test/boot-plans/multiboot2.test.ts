import { expect, test } from 'vitest'
import type { DirectStart, MachineFact } from '../../src/boot/plan.ts'
import { multiboot2Elf, segment, tag } from './images.ts'
import { PhysicalMemory } from './physical-memory.ts'
import { directStartOf, module, planOf, refusals } from './plan-of.ts'

const mapEntryBytes = 24

/**
 * The information as a kernel would find it on a machine whose map has two entries: tag type → fields after
 * the size.
 */
function information(start: DirectStart): { tags: [number, string][]; leftOver: number } {
  const memory = new PhysicalMemory(start)
  const { rbx = 0n } = start.cpu.registers
  const facts = new Map(start.memory.flatMap((part) => (part.kind === 'fact' ? [[part.at, part]] : [])))
  const values: Partial<Record<MachineFact, number>> = { mapBytes: 2 * mapEntryBytes }
  const u32 = (at: bigint) => {
    const fact = facts.get(at)
    return fact ? (values[fact.fact] ?? 0) + fact.plus : memory.u32(at)
  }
  const end = rbx + BigInt(u32(rbx))
  const tags: [number, string][] = []
  let at = rbx + 8n
  while (at < end) {
    const hole = start.memory.find((part) => part.kind === 'memoryMap')
    if (hole && at === hole.at + BigInt(2 * mapEntryBytes)) break
    const size = u32(at + 4n)
    const words = Array.from({ length: Math.ceil((size - 8) / 4) }, (_, index) => at + 8n + BigInt(index * 4))
    tags.push([
      u32(at),
      words
        .slice(0, 6)
        .map((word) => u32(word).toString(16))
        .join(' '),
    ])
    at += BigInt(Math.ceil(size / 8) * 8)
  }
  return { tags, leftOver: Number(end - at) }
}

test('the information tags, the map last, the end tag after it', () => {
  const modules = [module('a', 'first', 'abc')]
  const start = directStartOf(planOf(multiboot2Elf([tag(10, [0, 0, 0, 0])]), { commandLine: 'hi', modules }))
  expect(start.cpu.registers.rax).toBe(0x36d76289n)
  expect((start.cpu.registers.rbx ?? 0n) % 8n).toBe(0n)
  expect(information(start)).toMatchInlineSnapshot(`
    {
      "leftOver": 8,
      "tags": [
        [
          1,
          "6968",
        ],
        [
          2,
          "6e72656b 65746c65 7473",
        ],
        [
          3,
          "101000 101005 636261",
        ],
        [
          4,
          "0 0",
        ],
        [
          8,
          "b8000 0 a0 50 19 210",
        ],
        [
          14,
          "0 0 0 0 0",
        ],
        [
          21,
          "100000",
        ],
        [
          6,
          "18 0 0 0 0 0",
        ],
      ],
    }
  `)
})

test('a module stands where its tag says', () => {
  const start = directStartOf(
    planOf(multiboot2Elf(), { modules: [module('a', 'first'), module('b', 'second')] }),
  )
  const memory = new PhysicalMemory(start)
  const modules = information(start).tags.filter(([type]) => type === 3)
  const found = modules.map(([, fields]) => {
    const [from = 0, to = 0] = fields.split(' ').map((word) => Number.parseInt(word, 16))
    return [from % 4096, to - from, memory.text(from)]
  })
  expect(found).toEqual([
    [0, 5, 'first'],
    [0, 6, 'second'],
  ])
})

test('the entry-address tag comes before the ELF entry point, which may then be anywhere', () => {
  const { cpu } = directStartOf(planOf(multiboot2Elf([tag(3, [0x100040])], { entry: 0n })))
  expect(cpu.rip).toBe(0x100040n)
})

test('the address tag loads the file without its segments; load_addr -1 means from its beginning', () => {
  const tags = [tag(2, [0x201000, 0xffffffff, 0, 0]), tag(3, [0x201020])]
  const { memory, cpu } = directStartOf(planOf(multiboot2Elf(tags)))
  expect(memory[0]).toMatchObject({ kind: 'bytes', at: 0x200000n, size: 0x4000, what: 'kernel' })
  expect(cpu.rip).toBe(0x201020n)
})

test('an ELF64 entry point in the higher half moves with its segment', () => {
  const virtualAddress = 0xffffffff88000000n
  const segments = [segment({ virtualAddress, physicalAddress: 0x200000n })]
  const { cpu } = directStartOf(planOf(multiboot2Elf([], { entry: virtualAddress + 8n, segments })))
  expect(cpu).toMatchObject({ mode: 'protected32', rip: 0x200008n, cr0: 0x11 })
})

test('what a kernel may ask for, and what it must not require', () => {
  const request = (...types: number[]) => tag(1, types)
  expect(
    refusals([
      ['every known information tag', multiboot2Elf([request(1, 2, 3, 4, 6, 8, 9, 12, 14, 21)])],
      ['an unknown information tag', multiboot2Elf([request(6, 22)])],
      ['an unknown information tag, optional', multiboot2Elf([tag(1, [22], true)])],
      ['an unknown tag', multiboot2Elf([tag(11, [])])],
      ['an unknown tag, optional', multiboot2Elf([tag(11, [], true)])],
      [
        'text console, aligned modules, EFI entries',
        multiboot2Elf([tag(4, [3]), tag(6, []), tag(7, []), tag(9, [1])]),
      ],
      ['any framebuffer', multiboot2Elf([tag(5, [0, 0, 0])])],
      ['a framebuffer with pixels', multiboot2Elf([tag(5, [1024, 768, 32])])],
      ['a framebuffer with pixels, optional', multiboot2Elf([tag(5, [1024, 768, 32], true)])],
      ['an address tag that is too short', multiboot2Elf([tag(2, [1, 2])])],
      ['contradicting addresses', multiboot2Elf([tag(2, [0x201000, 0x202000, 0, 0])])],
    ]),
  ).toMatchInlineSnapshot(`
    "every known information tag
    boots, with notes: 

    an unknown information tag
    KT2008: the multiboot2 header requires information tag 22, which the specification does not define
      Set bit 0 ("optional") of the tag's flags, leave it out, or boot the kernel from an ISO with GRUB.

    an unknown information tag, optional
    boots, with notes: 

    an unknown tag
    KT2008: the multiboot2 header requires tag 11, which the specification does not define
      Set bit 0 ("optional") of the tag's flags, leave it out, or boot the kernel from an ISO with GRUB.

    an unknown tag, optional
    boots, with notes: 

    text console, aligned modules, EFI entries
    boots, with notes: 

    any framebuffer
    boots, with notes: 

    a framebuffer with pixels
    KT2008: the multiboot2 header requires a framebuffer of 1024 × 768 with 32 bits per pixel, and kerneltest starts it in text mode
      Set bit 0 ("optional") of the tag's flags, leave it out, or boot the kernel from an ISO with GRUB.

    a framebuffer with pixels, optional
    boots, with notes: the header asks for a framebuffer of 1024 × 768 with 32 bits per pixel: it gets 80 × 25 text

    an address tag that is too short
    KT2012: the multiboot2 header's tag 2 is 16 bytes long and must be 24
      Count the tag itself: 2 bytes of type, 2 of flags, 4 of size, then its fields.

    contradicting addresses
    KT2012: the multiboot header's address fields contradict each other: load_addr 0x202000 is above header_addr 0x201000
      In an ELF file they are not needed: clear bit 16 of the flags (multiboot2: drop the address tag).
    "
  `)
})
