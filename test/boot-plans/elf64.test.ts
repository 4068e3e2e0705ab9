import { describe, expect, test } from 'vitest'
import type { ElfImage } from '../../src/image/image.ts'
import { elf, segment } from './images.ts'
import { PhysicalMemory } from './physical-memory.ts'
import { directStartOf, planOf, refusals } from './plan-of.ts'

function started(image: ElfImage) {
  const plan = planOf(image)
  const start = directStartOf(plan)
  const memory = new PhysicalMemory(start)
  const at = (linear: bigint) => memory.translate(start.cpu.cr3, linear)
  return { plan, start, memory, at, cpu: start.cpu }
}

describe('a segment stands', () => {
  test('at its physical address, mapped with its permissions at its virtual one', () => {
    const high = 0xffffffff88000000n
    const text = segment({ virtualAddress: high, physicalAddress: 0x200000n, fileOffset: 0 })
    const data = segment({
      index: 1,
      virtualAddress: high + 0x1000n,
      physicalAddress: 0x201000n,
      memorySize: 0x5000n,
      writable: true,
      executable: false,
    })
    const { at, cpu, plan, memory } = started(elf({ entry: high + 16n, segments: [text, data] }))
    expect(cpu.rip).toBe(high + 16n)
    expect(at(high + 0x123n)).toEqual({ physical: 0x200123n, access: 'r-x' })
    expect(at(high + 0x1000n)).toEqual({ physical: 0x201000n, access: 'rw-' })
    expect(at(high + 0x5fffn)).toEqual({ physical: 0x205fffn, access: 'rw-' })
    expect(at(high + 0x6000n)).toBe(null)
    expect([memory.byte(0x200123n), memory.byte(0x201fffn), memory.byte(0x202000n)]).toEqual([0x23, 0xff, 0])
    expect(plan.provenance.notes).toEqual([])
  })

  test('where there is room when its physical address is no RAM, all such segments together', () => {
    const high = 0xffffffff80000000n
    const segments = [
      segment({ at: high }),
      segment({ index: 1, at: high + 0x201000n, memorySize: 0x200000n }),
    ]
    const { at, plan } = started(elf({ entry: high, segments }))
    expect(at(high)).toEqual({ physical: 0x200000n, access: 'r-x' })
    expect(at(high + 0x201000n)).toEqual({ physical: 0x401000n, access: 'r-x' })
    expect(plan.provenance.notes).toEqual([
      'segment 0: physical address 0xffffffff80000000 is no RAM, it is loaded at 0x200000',
      'segment 1: physical address 0xffffffff80201000 is no RAM, it is loaded at 0x401000',
    ])
  })

  test('at its virtual address when that is RAM, whatever the physical one says', () => {
    const segments = [segment({ virtualAddress: 0x400000n, physicalAddress: 0x200000n })]
    const { at } = started(elf({ entry: 0x400000n, segments }))
    expect(at(0x400000n)).toEqual({ physical: 0x400000n, access: 'r-x' })
    expect(at(0x200000n)).toEqual({ physical: 0x200000n, access: 'rwx' })
  })

  test('in pages of 2 MiB where both addresses allow it', () => {
    const high = 0xffff800000000000n
    const small = elf({
      entry: high,
      segments: [segment({ virtualAddress: high, physicalAddress: 0x201000n })],
    })
    const large = elf({
      entry: high,
      segments: [
        segment({ virtualAddress: high, physicalAddress: 0x200000n, memorySize: 0x2000000n, writable: true }),
      ],
    })
    const tableBytes = (image: ElfImage) =>
      started(image).start.memory.flatMap((part) =>
        part.kind === 'bytes' && part.what === 'page tables' ? [part.size] : [],
      )
    expect(tableBytes(small)).toEqual([9 * 4096])
    expect(tableBytes(large)).toEqual([8 * 4096])
  })
})

test('a page in which two segments meet allows what either allows', () => {
  const high = 0xffffffff80000000n
  const segments = [
    segment({ virtualAddress: high, physicalAddress: 0x200000n, fileSize: 0x800, memorySize: 0x1800n }),
    segment({
      index: 1,
      virtualAddress: high + 0x1800n,
      physicalAddress: 0x201800n,
      fileSize: 0,
      memorySize: 0x1000n,
      writable: true,
      executable: false,
    }),
  ]
  const { at } = started(elf({ entry: high, segments }))
  expect(at(high)?.access).toBe('r-x')
  expect(at(high + 0x1000n)).toEqual({ physical: 0x201000n, access: 'rwx' })
  expect(at(high + 0x2000n)?.access).toBe('rw-')
})

test('the first 4 GiB are mapped one to one', () => {
  const { at } = started(elf())
  for (const linear of [0n, 0xb8000n, 0x7fffffffn, 0xfee00000n, 0xffffffffn]) {
    expect(at(linear)).toEqual({ physical: linear, access: 'rwx' })
  }
  expect(at(0x100000000n)).toBe(null)
  expect(at(0x100000n)).toEqual({ physical: 0x100000n, access: 'r-x' })
})

test('entry state: 64-bit mode, SSE, a stack as after a call', () => {
  const { cpu, memory } = started(elf())
  const { registers, gdt, cr3, ...state } = cpu
  expect(state).toEqual({ mode: 'long64', rip: 0x100010n, cr0: 0x80010033, cr4: 0x620, efer: 0x900 })
  expect(Object.keys(registers)).toEqual(['rsp'])
  const rsp = registers.rsp ?? 0n
  expect([(rsp + 8n) % 16n, memory.number(rsp, 8), memory.byte(rsp + 8n)]).not.toContain(null)
  expect((rsp + 8n) % 16n).toBe(0n)
  expect(memory.byte(rsp - 0xfff0n)).toBe(0)
  expect(cr3 % 4096n).toBe(0n)
  expect(gdt).toMatchObject({ limit: 31, code: 0x10, data: 0x18, task: 0 })
  expect(memory.number(gdt.base + 0x10n, 8)).toBe(0x00af9b000000ffffn)
})

test('an entry point that is not executable is noted', () => {
  const { plan } = started(elf({ segments: [segment({ executable: false })] }))
  expect(plan.provenance.notes).toEqual(['the entry point lies in segment 0, which is not executable'])
})

const high = 0xffffffff80000000n
const impossible: [string, ElfImage][] = [
  ['entry in no segment', elf({ entry: 0x5n })],
  ['position-independent', elf({ type: 'shared' })],
  ['not canonical', elf({ entry: 1n << 47n, segments: [segment({ at: 1n << 47n })] })],
  ['wrapping', elf({ segments: [segment(), segment({ index: 2, at: (1n << 64n) - 0x800n })] })],
  ['more in the file than in memory', elf({ segments: [segment({ memorySize: 0x800n })] })],
  ['past the end of the file', elf({ segments: [segment({ fileOffset: 0x3800 })] })],
  ['in video memory', elf({ entry: 0xb8000n, segments: [segment({ at: 0xb8000n })] })],
  ['larger than memory', elf({ entry: high, segments: [segment({ at: high, memorySize: 0x8000000n })] })],
  [
    'overlapping in virtual addresses',
    elf({
      entry: high,
      segments: [
        segment({ index: 1, virtualAddress: high, physicalAddress: 0x200000n }),
        segment({ index: 2, virtualAddress: high, physicalAddress: 0x300000n }),
      ],
    }),
  ],
  ['overlapping', elf({ segments: [segment(), segment({ index: 1, at: 0x100800n })] })],
  [
    'meeting in a page with two addresses',
    elf({
      entry: high,
      segments: [
        segment({ virtualAddress: high, physicalAddress: 0x200000n, fileSize: 0, memorySize: 0x800n }),
        segment({ index: 1, virtualAddress: high + 0x800n, physicalAddress: 0x300800n }),
      ],
    }),
  ],
]

test('refuses what no loader could start', () => {
  expect(refusals(impossible)).toMatchInlineSnapshot(`
    "entry in no segment
    KT2009: the entry point 0x5 lies in no segment's virtual addresses
      Check ENTRY() in the linker script, and that its section is kept (KEEP) and loaded.

    position-independent
    KT2010: the kernel is position-independent and has no boot header: nobody would apply its relocations
      Link it to a fixed address: -no-pie, in Rust relocation-model=static.

    not canonical
    KT2004: segment 0 at 0x800000000000-0x800000001000 is not canonical: no CPU with 48-bit addresses reaches it
      Link the kernel below 0x800000000000 or from 0xffff800000000000 on.

    wrapping
    KT2004: segment 2 of 0x1000 bytes at 0xfffffffffffff800 wraps round the end of the address space
      Check the file with \`readelf -lW\`: it was cut short, patched, or linked with wrong addresses. Build it again.

    more in the file than in memory
    KT2004: segment 0 has 0x1000 bytes in the file and only 0x800 in memory
      Check the file with \`readelf -lW\`: it was cut short, patched, or linked with wrong addresses. Build it again.

    past the end of the file
    KT2004: segment 0 ends past the end of the file
      Check the file with \`readelf -lW\`: it was cut short, patched, or linked with wrong addresses. Build it again.

    in video memory
    KT2003: no RAM for segment 0 at 0xb8000-0xb9000: a machine with 128 MiB has it free at 0x0-0x9fc00 and 0x100000-0x6f00000
      Link the kernel to load there (AT() or the program header's physical address), or give the machine more memory.

    larger than memory
    KT2006: no free memory for the kernel (0x8000000 bytes) in 128 MiB
      Give the machine more memory: option memory, --memory on the command line.

    overlapping in virtual addresses
    KT2005: segment 2 at 0xffffffff80000000 overlaps segment 1 in virtual addresses
      Look at them with \`kerneltest inspect\` or \`readelf -lW\`, and at the addresses in the linker script.

    overlapping
    KT2005: segment 1 at 0x100800 overlaps segment 0 in virtual addresses
      Look at them with \`kerneltest inspect\` or \`readelf -lW\`, and at the addresses in the linker script.

    meeting in a page with two addresses
    KT2005: segment 0 and segment 1 meet in the page at 0xffffffff80000000, but not in memory
      Align each segment to a page in the linker script (ALIGN(4K)), or give both the same distance in AT().
    "
  `)
})
