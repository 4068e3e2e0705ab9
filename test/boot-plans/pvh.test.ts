import { expect, test } from 'vitest'
import { elf, segment } from './images.ts'
import { PhysicalMemory } from './physical-memory.ts'
import { directStartOf, module, planOf, refusals } from './plan-of.ts'

function pvhElf(entry: bigint, at = 0x100000n) {
  return elf({ contracts: [{ kind: 'pvh', entry }], segments: [segment({ physicalAddress: at })] })
}

test('start information with modules and command line; the machine adds map and RSDP', () => {
  const modules = [module('a', 'first', 'a --b'), module('b', 'second')]
  const start = directStartOf(planOf(pvhElf(0x100020n), { commandLine: 'quiet', modules }))
  const memory = new PhysicalMemory(start)
  const { rbx = 0n } = start.cpu.registers
  const u64 = (offset: bigint) => memory.number(rbx + offset, 8)
  expect([0, 4, 8, 12].map((offset) => memory.u32(rbx + BigInt(offset)))).toEqual([0x336ec578, 1, 0, 2])
  expect(memory.text(u64(24n))).toBe('quiet')
  const list = u64(16n)
  const found = [0n, 32n].map((entry) => {
    const [address, size, line] = [0n, 8n, 16n].map((field) => memory.number(list + entry + field, 8))
    return [memory.text(address ?? 0), size, memory.text(line ?? 0)]
  })
  expect(found).toEqual([
    ['first', 5n, 'a --b'],
    ['second', 6n, ''],
  ])
  expect(start.memory.filter((part) => part.kind !== 'bytes')).toEqual([
    { kind: 'memoryMap', at: u64(40n), format: 'pvh', capacity: 128 },
    { kind: 'fact', at: rbx + 32n, fact: 'rsdpAddress', size: 8, plus: 0 },
    { kind: 'fact', at: rbx + 48n, fact: 'mapEntries', size: 4, plus: 0 },
  ])
})

test('entry state: protected mode with a task register', () => {
  const start = directStartOf(planOf(pvhElf(0x100020n)))
  const { gdt, registers, ...state } = start.cpu
  expect(Object.keys(registers).sort()).toEqual(['rbx', 'rsp'])
  expect(state).toEqual({ mode: 'protected32', rip: 0x100020n, cr0: 0x11, cr3: 0n, cr4: 0, efer: 0 })
  expect(gdt).toMatchObject({ limit: 39, task: 0x20 })
  expect(new PhysicalMemory(start).number(gdt.base + 0x20n, 8)).toBe(0x0000890000000067n)
})

test('the entry point is a physical address', () => {
  expect(refusals([['in no segment', pvhElf(0x100020n, 0x200000n)]])).toMatchInlineSnapshot(`
    "in no segment
    KT2009: the PVH entry point 0x100020 lies in no segment's physical addresses
      The note XEN_ELFNOTE_PHYS32_ENTRY must hold the physical address of 32-bit code: subtract the virtual offset.
    "
  `)
})
