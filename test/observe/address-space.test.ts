import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maxTables, walkAddressSpace } from '../../src/observe/address-space.ts'
import { runLimits } from '../../src/observe/mapped-runs.ts'
import { translate } from '../../src/observe/page-walk.ts'
import { flags, longMode, TableMemory } from './page-tables.ts'

const { present, writable, user, large, global, noExecute } = flags
const rw = present | writable

/**
 * A kernel in the higher half: text read-only, data without execution, and an identity map of 1 GiB in 2 MiB
 * pages.
 */
function higherHalf(): TableMemory {
  const memory = new TableMemory()
    .set(0x1000n, 0, 0x2000n | rw)
    .set(0x1000n, 511, 0x3000n | rw)
    .set(0x2000n, 0, 0x4000n | rw)
    .set(0x3000n, 510, 0x5000n | rw)
    .set(0x5000n, 64, 0x6000n | rw)
  for (let index = 0; index < 512; index++) {
    memory.set(0x4000n, index, (BigInt(index) * 0x20_0000n) | rw | large)
  }
  for (let index = 0; index < 4; index++) {
    memory.set(0x6000n, index, (0x20_0000n + BigInt(index) * 0x1000n) | present | global)
    memory.set(0x6000n, index + 4, (0x20_4000n + BigInt(index) * 0x1000n) | rw | global | noExecute)
  }
  return memory
}

describe('walkAddressSpace', () => {
  test('compresses what continues, with the permissions of all levels', () => {
    const space = higherHalf().answer(walkAddressSpace(longMode(0x1000n)))
    expect(space.truncated).toBe(false)
    expect(space.ranges()).toHaveLength(3)
    expect(String(space)).toMatchInlineSnapshot(`
      "4-level paging, root table at 0x1000, CR0.WP on, EFER.NXE on, 3 ranges
      linear              physical            size    pages  access
      0x0000000000000000  0x0000000000000000  1 GiB   2 MiB  rwx supervisor
      0xffffffff88000000  0x0000000000200000  16 KiB  4 KiB  r-x supervisor global
      0xffffffff88004000  0x0000000000204000  16 KiB  4 KiB  rw- supervisor global"
    `)
  })

  test('an address leads to its physical address, by its entries', () => {
    const space = higherHalf().answer(walkAddressSpace(longMode(0x1000n)))
    expect(space.lookup(0xffff_ffff_8800_1234n)).toEqual({
      linear: 0xffff_ffff_8800_1234n,
      physical: 0x20_1234n,
      pageSize: 4096,
      global: true,
      writable: false,
      user: false,
      executable: true,
    })
    expect(space.walk(0xffff_ffff_8800_1234n).path).toEqual([
      { level: 'pml4e', at: 0x1ff8n, value: 0x3003n },
      { level: 'pdpte', at: 0x3ff0n, value: 0x5003n },
      { level: 'pde', at: 0x5200n, value: 0x6003n },
      { level: 'pte', at: 0x6008n, value: 0x20_1101n },
    ])
    expect(space.lookup(0x3fff_ffffn)).toMatchObject({ physical: 0x3fff_ffffn, pageSize: 0x20_0000 })
    expect(space.lookup(0x4000_0000n)).toBeNull()
    expect(space.walk(0xffff_ffff_8800_8000n)).toMatchObject({ end: 'notPresent', mapping: null })
    expect(space.walk(0x8000_0000_0000n)).toMatchObject({ end: 'notAnAddress', path: [] })
  })

  test('a level that forbids forbids for all below it', () => {
    const memory = new TableMemory()
      .set(0x1000n, 0, 0x2000n | rw | user)
      .set(0x2000n, 0, 0x3000n | present | user)
      .set(0x2000n, 1, 0x3000n | rw)
      .set(0x2000n, 2, 0x3000n | rw | user | noExecute)
      .set(0x3000n, 0, rw | user | large)
    const space = memory.answer(walkAddressSpace(longMode(0x1000n)))
    expect(space.ranges().map(({ writable, user, executable }) => ({ writable, user, executable }))).toEqual([
      { writable: false, user: true, executable: true },
      { writable: true, user: false, executable: true },
      { writable: true, user: true, executable: false },
    ])
    expect(memory.reads).toEqual([0x1000n, 0x2000n, 0x3000n])
  })

  test('without CR0.WP read-only pages are writable', () => {
    const space = higherHalf().answer(walkAddressSpace(longMode(0x1000n, { cr0: 0x8000_0011n })))
    expect(space.writeProtect).toBe(false)
    expect(space.lookup(0xffff_ffff_8800_0000n)?.writable).toBe(true)
  })

  test('without EFER.NXE every page is executable, and bit 63 faults', () => {
    const space = higherHalf().answer(walkAddressSpace(longMode(0x1000n, { efer: 0x500n })))
    expect(space.noExecute).toBe(false)
    expect(space.lookup(0n)?.executable).toBe(true)
    expect(space.walk(0xffff_ffff_8800_4000n).end).toBe('reservedBit')
  })

  test('a large page off its size is a reserved bit, and its PAT bit no address bit', () => {
    const memory = new TableMemory()
      .set(0x1000n, 0, 0x2000n | rw)
      .set(0x1000n, 1, 0x2000n | rw | large)
      .set(0x2000n, 0, 0x4000_0000n | rw | large | (1n << 12n))
      .set(0x2000n, 1, 0x4020_0000n | rw | large)
    const space = memory.answer(walkAddressSpace(longMode(0x1000n)))
    expect(space.lookup(0x5n)).toMatchObject({ physical: 0x4000_0005n, pageSize: 2 ** 30 })
    expect(space.walk(0x4000_0000n).end).toBe('reservedBit')
    expect(space.walk(0x80_0000_0000n).end).toBe('reservedBit')
    expect(space.ranges()).toHaveLength(1)
  })

  test('with paging off an address is its own', () => {
    const space = new TableMemory().answer(walkAddressSpace(longMode(0n, { cr0: 0x11n })))
    expect(space.lookup(0xb8000n)).toMatchObject({ physical: 0xb8000n, writable: true, executable: true })
    expect(space.lookup(0x1_0000_0000n)).toBeNull()
    expect(String(space)).toMatchInlineSnapshot(`
      "Paging is off: each linear address is the physical one, and nothing is protected
      linear              physical            size   pages  access
      0x0000000000000000  0x0000000000000000  4 GiB  4 KiB  rwx user"
    `)
  })

  test('with five levels addresses have 57 bits, and the hole lies elsewhere', () => {
    const memory = new TableMemory()
      .set(0x1000n, 0, 0x2000n | rw)
      .set(0x1000n, 255, 0x2000n | rw)
      .set(0x1000n, 256, 0x2000n | rw | noExecute)
      .set(0x2000n, 0, 0x3000n | rw)
      .set(0x2000n, 255, 0x4000n | rw)
      .set(0x2000n, 256, 0x5000n | rw)
      .set(0x3000n, 0, rw | large)
      .set(0x4000n, 511, 0x4000_0000n | rw | large)
      .set(0x5000n, 0, 0x8000_0000n | rw | large)
    const space = memory.answer(walkAddressSpace(longMode(0x1000n, { cr4: 0x10a0n })))
    expect(space.ranges().map(({ linear, size }) => [linear.toString(16), size])).toEqual([
      ['0', 0x4000_0000n],
      ['7fffc0000000', 0x8000_0000n],
      ['ff000000000000', 0x4000_0000n],
      ['ff7fffc0000000', 0x8000_0000n],
      ['ff00000000000000', 0x4000_0000n],
      ['ff007fffc0000000', 0x8000_0000n],
    ])
    expect(space.walk(0xff00_0000_0000_0123n)).toMatchObject({
      path: [{ level: 'pml5e' }, { level: 'pml4e' }, { level: 'pdpte' }],
      mapping: { physical: 0x123n, executable: false },
    })
    expect(space.walk(0x100_0000_0000_0000n).end).toBe('notAnAddress')
    expect(space.walk(0xffff_8000_0000_0000n).end).toBe('notPresent')
  })

  test('the four entries of PAE paging are where they are, or where the CPU has them', () => {
    const memory = new TableMemory()
      .set(0x1000n, 4, 0x2000n | present)
      .set(0x2000n, 0, rw | large)
      .set(0x3000n, 0, 0x20_0000n | rw | large)
    const pae = { cr3: 0x1020n, cr4: 0x20n, efer: 0x800n }
    const read = memory.answer(walkAddressSpace(longMode(0n, pae)))
    expect(read.lookup(5n)).toMatchObject({ physical: 5n, pageSize: 0x20_0000 })
    const pdptes = [0n, 0n, 0n, 0x3000n | present]
    const loaded = memory.answer(walkAddressSpace(longMode(0n, { ...pae, pdptes })))
    expect(loaded.lookup(5n)).toBeNull()
    expect(loaded.walk(0xc000_0005n)).toMatchObject({
      path: [{ level: 'pdpte', at: 0x1038n, value: 0x3001n }, { level: 'pde' }],
      mapping: { physical: 0x20_0005n, user: false },
    })
    const nowhere = memory.answer(walkAddressSpace(longMode(0n, { ...pae, cr3: 0x9000n })))
    expect(nowhere.walk(0n).end).toBe('unreadable')
    expect(nowhere.ranges()).toEqual([])
  })

  test('a table without memory ends the way there, and hides none of its neighbours', () => {
    const memory = new TableMemory()
      .set(0x1000n, 0, 0x2000n | rw)
      .set(0x1000n, 1, 0x3000n | rw)
      .set(0x1000n, 2, 0x4000n | rw)
      .set(0x2000n, 0, rw | large)
      .set(0x4000n, 0, rw | large)
    const space = memory.answer(walkAddressSpace(longMode(0x1000n)))
    expect(space.ranges().map((range) => range.linear)).toEqual([0n, 0x100_0000_0000n])
    expect(space.walk(0x80_0000_0000n).end).toBe('unreadable')
    expect(space.truncated).toBe(false)
  })

  test('a recursive slot shows the tables themselves', () => {
    const memory = higherHalf().set(0x1000n, 509, 0x1000n | rw)
    const space = memory.answer(walkAddressSpace(longMode(0x1000n)))
    expect(space.truncated).toBe(false)
    // Through the slot at each of the four levels: the root table as a page.
    const slots = [39n, 30n, 21n, 12n].reduce(
      (address, shift) => address | (509n << shift),
      0xffff_0000_0000_0000n,
    )
    expect(space.lookup(slots)).toMatchObject({ physical: 0x1000n, pageSize: 4096 })
    expect(memory.reads.length).toBe(new Set(memory.reads).size)
  })

  test('tables that map themselves everywhere are given up in bounds', () => {
    const memory = new TableMemory()
    for (let index = 0; index < 512; index++) memory.set(0x1000n, index, 0x1000n | rw)
    const space = memory.answer(walkAddressSpace(longMode(0x1000n)))
    expect(space.truncated).toBe(true)
    expect(space.ranges().length).toBeLessThanOrEqual(runLimits.runs)
    expect(space.lookup(0x1234_5678_9abcn)).toMatchObject({ physical: 0x1abcn })
    expect(String(space).length).toBeLessThan(200_000)
  })

  test('more tables than the bound are not read', () => {
    const memory = new TableMemory()
    const tableAt = (number: number) => 0x10_0000n + BigInt(number) * 0x1000n
    memory.set(0x1000n, 0, 0x2000n | rw)
    for (let upper = 0; upper < 16; upper++) {
      const directory = tableAt(upper * 513)
      memory.set(0x2000n, upper, directory | rw)
      for (let index = 0; index < 512; index++) {
        const table = tableAt(upper * 513 + 1 + index)
        memory.set(directory, index, table | rw).set(table, 0, rw)
      }
    }
    const space = memory.answer(walkAddressSpace(longMode(0x1000n)))
    expect(memory.reads).toHaveLength(maxTables)
    expect(space.truncated).toBe(true)
    expect(space.walk(0x3_ffff_0000n).end).toBe('unknown')
    expect(space.lookup(0n)).not.toBeNull()
  })

  test('no run goes on across the hole between the halves', () => {
    const memory = new TableMemory()
      .set(0x1000n, 255, 0x2000n | rw)
      .set(0x1000n, 256, 0x3000n | rw)
      .set(0x2000n, 511, 0x4000_0000n | rw | large)
      .set(0x3000n, 0, 0x8000_0000n | rw | large)
    const space = memory.answer(walkAddressSpace(longMode(0x1000n)))
    expect(space.ranges().map((range) => range.linear)).toEqual([0x7fff_c000_0000n, 0xffff_8000_0000_0000n])
  })

  test('random tables end in bounds, and ranges, lookups and translations agree', () => {
    const entry = fc.record({
      table: fc.nat(5),
      index: fc.constantFrom(0, 1, 2, 255, 256, 511),
      to: fc.nat(7),
      bits: fc.bigInt(0n, 0x1ffn),
      noExecute: fc.boolean(),
    })
    const controls = fc.record({ wp: fc.boolean(), nxe: fc.boolean() })
    const endOfAddresses = 1n << 64n
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 40 }), controls, (entries, { wp, nxe }) => {
        const memory = new TableMemory().set(0x1000n, 0, 0n)
        for (const { table, index, to, bits, noExecute: xd } of entries) {
          memory.set(
            BigInt(table + 1) * 0x1000n,
            index,
            (BigInt(to + 1) << 12n) | bits | present | (xd ? noExecute : 0n),
          )
        }
        const registers = longMode(0x1000n, {
          cr0: wp ? 0x8001_0011n : 0x8000_0011n,
          efer: nxe ? 0xd00n : 0x500n,
        })
        const space = memory.answer(walkAddressSpace(registers))
        const ranges = space.ranges()
        for (const range of ranges.slice(0, 50)) {
          const { linear, size, physical, ...rest } = range
          for (const offset of [0n, size - 1n]) {
            const expected = { ...rest, linear: linear + offset, physical: physical + offset }
            expect(space.lookup(linear + offset)).toEqual(expected)
            expect(memory.answer(translate(registers, linear + offset)).mapping).toEqual(expected)
          }
          const after = ranges[ranges.indexOf(range) + 1]
          if (after) expect(after.linear).toBeGreaterThanOrEqual(linear + size)
          else if (!space.truncated && linear + size < endOfAddresses) {
            expect(space.lookup(linear + size)).toBeNull()
          }
        }
      }),
      { numRuns: 200 },
    )
  })
})
