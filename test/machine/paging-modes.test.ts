import { describe, expect, test } from 'vitest'
import { state as layout } from '../../src/machine/cpu/state-layout.ts'
import { bit, nxe, PagedMachine, type Paging, region, type Setup, tables } from './paged-machine.ts'

const page = 0x20_0000
const all = bit.p | bit.w | bit.u
const modes = ['legacy', 'pae', 'long', 'la57'] as const

function mapped(paging: Paging, leaf: bigint = BigInt(page) | all, setup: Setup = {}): PagedMachine {
  const machine = new PagedMachine(paging, setup)
  machine.map(leaf)
  machine.memory.write(page + 0x123, new Uint8Array([0x5a, 0x5b, 0x5c, 0x5d]))
  return machine
}

describe.each(modes)('%s paging', (paging) => {
  const at = region[paging]
  const above = paging === 'legacy' || paging === 'pae' ? 1 : paging === 'long' ? 2 : 3

  function entriesAbove(machine: PagedMachine): bigint[] {
    return [machine.directoryEntry, tables.pdpt, tables.pml4]
      .slice(0, above)
      .map((entry) => machine.get(entry))
  }

  test('a read sets A in every table, a write D in the last', () => {
    const machine = mapped(paging)
    expect(machine.readAs('read', at + 0x123n)).toBe(0x5an)
    expect(machine.get(tables.table)).toBe(BigInt(page) | all | bit.a)
    for (const entry of entriesAbove(machine)) expect(entry & (bit.a | bit.d)).toBe(bit.a)
    expect(machine.does('write', at)).toBe('ok')
    expect(machine.get(tables.table)).toBe(BigInt(page) | all | bit.a | bit.d)
    for (const entry of entriesAbove(machine)) expect(entry & (bit.a | bit.d)).toBe(bit.a)
  })

  test('an absent page faults, and so does an absent table; no A or D is set on the way', () => {
    const machine = mapped(paging, 0n)
    expect(machine.does('read', at + 5n)).toBe('#14(0)')
    expect(machine.cr2).toBe(at + 5n)
    expect(machine.does('write', at)).toBe('#14(2)')
    for (const entry of entriesAbove(machine)) expect(entry & bit.a).toBe(0n)
    machine.set(machine.directoryEntry, 0n)
    expect(machine.does('execute', at)).toBe('#14(0)')
    expect(machine.cr2).toBe(at)
  })

  test('a refused write leaves A and D alone', () => {
    const machine = mapped(paging, BigInt(page) | bit.p, { cr0: 1 << 16 })
    expect(machine.does('write', at)).toBe('#14(3)')
    expect(machine.get(tables.table)).toBe(BigInt(page) | bit.p)
    for (const entry of entriesAbove(machine)) expect(entry & bit.a).toBe(0n)
  })

  test('a large page has its own A and D, and reaches all of itself', () => {
    const machine = mapped(paging)
    const size = paging === 'legacy' ? 0x40_0000n : 0x20_0000n
    machine.set(machine.directoryEntry, size | all | bit.ps)
    machine.memory.write(Number(size) + 0x1f_f123, new Uint8Array([0x77]))
    expect(machine.readAs('read', at + 0x1f_f123n)).toBe(0x77n)
    expect(machine.get(machine.directoryEntry)).toBe(size | all | bit.ps | bit.a)
    expect(machine.does('write', at)).toBe('ok')
    expect(machine.get(machine.directoryEntry)).toBe(size | all | bit.ps | bit.a | bit.d)
  })

  test('the table may be anywhere that the entry says, and what is above RAM reads as ones', () => {
    const machine = mapped(paging)
    machine.set(machine.directoryEntry, 0x4000_0000n | all)
    // All ones: present, and address bits beyond MAXPHYADDR; 32-bit entries have none of these.
    expect(machine.does('read', at)).toBe(paging === 'legacy' ? 'ok' : '#14(9)')
  })
})

type Level = 'table' | 'directory' | 'pdpt' | 'pml4'

/** Entries with a bit that must be 0: where, and which bits. */
const reserved: readonly (readonly [Paging, Level, bigint])[] = [
  ['legacy', 'directory', bit.ps | (1n << 21n)],
  ...[40n, 51n, 52n, 62n].map((one) => ['pae', 'table', 1n << one] as const),
  ['pae', 'table', bit.nx],
  ['pae', 'directory', bit.nx],
  ['pae', 'directory', 1n << 52n],
  ['pae', 'directory', bit.ps | (1n << 13n)],
  ['pae', 'directory', bit.ps | (1n << 20n)],
  ...(['long', 'la57'] as const).flatMap((paging) => [
    ...[40n, 51n].map((one) => [paging, 'table', 1n << one] as const),
    [paging, 'table', bit.nx] as const,
    [paging, 'directory', 1n << 45n] as const,
    [paging, 'directory', bit.ps | (1n << 13n)] as const,
    [paging, 'directory', bit.ps | (1n << 20n)] as const,
    [paging, 'pdpt', 1n << 40n] as const,
    [paging, 'pdpt', bit.nx] as const,
    [paging, 'pdpt', bit.ps | (1n << 13n)] as const,
    [paging, 'pdpt', bit.ps | (1n << 29n)] as const,
  ]),
  ['la57', 'pml4', bit.ps],
  ['la57', 'pml4', 1n << 40n],
]

test.each(reserved)('%s: a %s entry with reserved bits %#x is refused', (paging, level, bits) => {
  const machine = mapped(paging)
  const entry = level === 'directory' ? machine.directoryEntry : tables[level]
  const base = (bits & bit.ps) !== 0n ? all : machine.get(entry)
  machine.set(entry, base | bits)
  expect(machine.does('read', region[paging])).toBe('#14(9)')
  expect(machine.does('write', region[paging])).toBe('#14(11)')
})

test.each(['pae', 'long', 'la57'] as const)('%s: NX is no reserved bit with NXE; fetches tell', (paging) => {
  const machine = mapped(paging, BigInt(page) | all | bit.nx, { efer: nxe })
  expect(machine.does('read', region[paging])).toBe('ok')
  expect(machine.does('execute', region[paging])).toBe('#14(17)')
  machine.set(tables.table, 0n)
  expect(machine.does('invlpg', region[paging])).toBe('ok')
  expect(machine.does('execute', region[paging])).toBe('#14(16)')
})

test('ignored bits of long mode are ignored', () => {
  const machine = mapped('long', BigInt(page) | all | (0x7ffn << 52n))
  expect(machine.does('write', region.long)).toBe('ok')
})

test('PSE-36: bits 13 to 20 of a 4 MiB page are bits 32 to 39 of its address', () => {
  const machine = mapped('legacy')
  const seen: number[] = []
  const first = 0x12_3440_0000
  machine.memory.attach(first, 0x40_0000, { read: (offset) => seen.push(offset), write: () => {} })
  machine.set(machine.directoryEntry, 0x40_0000n | (0x12n << 13n) | all | bit.ps)
  machine.does('read', region.legacy)
  expect(seen).toEqual([])
  machine.set(machine.directoryEntry, 0x3440_0000n | (0x12n << 13n) | all | bit.ps)
  machine.does('invlpg', region.legacy)
  machine.does('read', region.legacy + 0x12_3456n)
  expect(seen).toEqual([0x12_3456])
})

test('without PSE a large bit means nothing', () => {
  const machine = mapped('legacy')
  machine.set(machine.directoryEntry, machine.get(machine.directoryEntry) | bit.ps)
  const { state } = machine.cpu
  // The machine's own page is a large one: its translations stay in the TLBs.
  expect(machine.does('read', 0x1_0000n)).toBe('ok')
  state.setU64(layout.cr4, 0n)
  expect(machine.readAs('read', region.legacy + 0x123n)).toBe(0x5an)
})

test('a page of 1 GiB', () => {
  const machine = mapped('long')
  machine.set(tables.pdpt, all | bit.ps)
  expect(machine.readAs('read4', region.long + BigInt(page) + 0x123n)).toBe(0x5d5c_5b5an)
  expect(machine.does('read', region.long + 0x3fff_ffffn)).toBe('ok')
  expect(machine.get(tables.pdpt)).toBe(all | bit.ps | bit.a)
})

test('PAE uses the four entries that were loaded, not those in memory, and leaves them alone', () => {
  const machine = mapped('pae')
  expect(machine.does('read', 0x8000_0000n)).toBe('#14(0)')
  machine.set(0x1000 + 8, 0n)
  expect(machine.readAs('read', region.pae + 0x123n)).toBe(0x5an)
  expect(machine.get(0x1000 + 8)).toBe(0n)
})

test.each([
  ['long', 47n],
  ['la57', 56n],
] as const)('%s: addresses are sign-extended from bit %d', (paging, top) => {
  const machine = mapped(paging)
  expect(machine.does('read', 1n << top)).toBe('#13(0)')
  expect(machine.does('read', (1n << top) - 1n)).toBe('#14(0)')
  expect(machine.does('read4', (1n << top) - 1n)).toBe('#13(0)')
  expect(machine.does('read', -(1n << top))).toBe('#14(0)')
  expect(machine.does('read', -(1n << top) - 1n)).toBe('#13(0)')
  machine.sp = (1n << top) + 8n
  expect(machine.does('push', 0n)).toBe('#12(0)')
})

test('32-bit addresses wrap at 4 GiB', () => {
  const machine = new PagedMachine('legacy')
  machine.set(0x1000 + 4 * 1023, BigInt(tables.table) | all)
  machine.set(tables.table + 4 * 1023, BigInt(page) | all)
  machine.memory.write(page + 0xffe, new Uint8Array([0x11, 0x22]))
  machine.memory.write(0, new Uint8Array([0x33, 0x44]))
  const { state } = machine.cpu
  // An expand-up segment of 4 GiB ends there; one with a base reaches over.
  state.setSegment(3, { ...state.segment(3), base: 0x10n })
  machine.cpu.settle()
  expect(machine.readAs('read4', 0xffff_ffeen)).toBe(0x4433_2211n)
})

test('without paging, addresses are physical', () => {
  const machine = new PagedMachine('off')
  machine.memory.write(0x12_3456, new Uint8Array([0x99]))
  expect(machine.readAs('read', 0x12_3456n)).toBe(0x99n)
  expect(machine.readAs('read', 0x8000_0000n)).toBe(0xffn)
})
