import { describe, expect, test } from 'vitest'
import { type ToMapOptions, toHaveNoWritableExecutable, toMap } from '../../matchers/index.ts'
import { type AddressSpace, walkAddressSpace } from '../../src/observe/address-space.ts'
import { flags, longMode, TableMemory } from '../observe/page-tables.ts'
import { around, failure, log } from './surroundings.ts'

const { present, writable, user, large, noExecute } = flags
const rw = present | writable
const kernel = 0xffff_ffff_8800_0000n

/** Text read-only, data writable without execution, then a hole; below, 4 MiB of identity map. */
function tables(): TableMemory {
  const memory = new TableMemory()
    .set(0x1000n, 0, 0x2000n | rw | user)
    .set(0x1000n, 511, 0x3000n | rw)
    .set(0x2000n, 0, 0x4000n | rw | user)
    .set(0x3000n, 510, 0x5000n | rw)
    .set(0x4000n, 0, rw | user | large)
    .set(0x4000n, 1, 0x20_0000n | rw | large)
    .set(0x5000n, 64, 0x6000n | rw)
  for (let index = 0; index < 4; index++) {
    memory.set(0x6000n, index, (0x20_0000n + BigInt(index) * 0x1000n) | present)
    memory.set(0x6000n, index + 4, (0x30_0000n + BigInt(index) * 0x1000n) | rw | noExecute)
  }
  return memory
}

const space = tables().answer(walkAddressSpace(longMode(0x1000n)))
/** The same with CR0.WP and EFER.NXE off. */
const open = tables().answer(walkAddressSpace(longMode(0x1000n, { cr0: 0x8000_0011n, efer: 0x500n })))
const bare = around({ screen: null })

function maps(linear: bigint, options?: ToMapOptions, of: AddressSpace = space): boolean {
  return toMap.judge(of, bare, false, linear, options).pass
}

/** `.not` holds. */
function mapsNot(linear: bigint, options?: ToMapOptions, of: AddressSpace = space): boolean {
  return !toMap.judge(of, bare, true, linear, options).pass
}

function message(linear: bigint, options?: ToMapOptions, of: AddressSpace = space): string {
  return failure(toMap.judge(of, bare, false, linear, options))
}

describe('toMap', () => {
  test('is decided at once', () => {
    expect(toMap.waitFor({ port: 'com1', cursor: 0 }, false, 0n)).toBe('nothing')
  })

  test('judges address, range, target and permissions', () => {
    expect(maps(kernel)).toBe(true)
    expect(maps(kernel, { to: 0x20_0000n, writable: false, executable: true, user: false })).toBe(true)
    expect(maps(kernel, { to: 0x20_0000n, size: 0x4000 })).toBe(true)
    expect(maps(kernel, { size: 0x8000n })).toBe(true)
    expect(maps(kernel, { size: 0x8001n })).toBe(false)
    expect(maps(kernel, { size: 0x8000n, writable: false })).toBe(false)
    expect(maps(kernel + 0x1234n, { to: 0x20_1234n })).toBe(true)
    expect(maps(kernel, { to: 0x20_1000n })).toBe(false)
    expect(maps(0n, { size: 0x40_0000n, writable: true })).toBe(true)
    expect(maps(0n, { size: 0x40_0000n, user: true })).toBe(false)
    expect(maps(0x8000_0000_0000n)).toBe(false)
  })

  test('.not means nowhere in the range', () => {
    expect(mapsNot(kernel + 0x8000n, { size: 0x1000n })).toBe(true)
    expect(mapsNot(kernel + 0x7000n, { size: 0x2000n })).toBe(false)
    expect(mapsNot(kernel, { size: 0x4000n, writable: true })).toBe(true)
    expect(mapsNot(kernel, { size: 0x8000n, writable: true })).toBe(false)
    expect(mapsNot(0x8000_0000_0000n, { size: 0x10_0000n })).toBe(true)
  })

  test('says which bit makes it writable', () => {
    expect(message(0x1000n, { size: 0x1000n, writable: false, user: true })).toMatchInlineSnapshot(`
      "Expected the page tables to map 0x1000–0x1fff (4 KiB) as not writable, user-accessible.

      0x1000 is mapped at physical 0x1000, but it is writable.
      The entries on the way:
        pml4e at 0x0000000000001000 is 0x0000000000002007
        pdpte at 0x0000000000002000 is 0x0000000000004007
        pde   at 0x0000000000004000 is 0x0000000000000087  <- bit 1 (R/W) is set

      4-level paging, root table at 0x1000, CR0.WP on, EFER.NXE on, 4 ranges.
      Mapped around it (of 4 ranges):
        linear              physical            size    pages  access
        0x0000000000000000  0x0000000000000000  2 MiB   2 MiB  rwx user
        0x0000000000200000  0x0000000000200000  2 MiB   2 MiB  rwx supervisor
        0xffffffff88000000  0x0000000000200000  16 KiB  4 KiB  r-x supervisor

      The guest has not ended: it is paused.

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
  })

  test('says which bit keeps it from being writable or executable', () => {
    expect(message(kernel, { size: 0x8000n, writable: true, executable: true })).toMatchInlineSnapshot(`
      "Expected the page tables to map 0xffffffff88000000–0xffffffff88007fff (32 KiB) as writable, executable.

      0xffffffff88000000 is mapped at physical 0x200000, but it is not writable.
      The entries on the way:
        pml4e at 0x0000000000001ff8 is 0x0000000000003003
        pdpte at 0x0000000000003ff0 is 0x0000000000005003
        pde   at 0x0000000000005200 is 0x0000000000006003
        pte   at 0x0000000000006000 is 0x0000000000200001  <- bit 1 (R/W) is clear

      4-level paging, root table at 0x1000, CR0.WP on, EFER.NXE on, 4 ranges.
      Mapped are:
        linear              physical            size    pages  access
        0x0000000000000000  0x0000000000000000  2 MiB   2 MiB  rwx user
        0x0000000000200000  0x0000000000200000  2 MiB   2 MiB  rwx supervisor
        0xffffffff88000000  0x0000000000200000  16 KiB  4 KiB  r-x supervisor
        0xffffffff88004000  0x0000000000300000  16 KiB  4 KiB  rw- supervisor

      The guest has not ended: it is paused.

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
    expect(message(kernel + 0x4000n, { executable: true, user: true })).toMatchInlineSnapshot(`
      "Expected the page tables to map 0xffffffff88004000 as executable, user-accessible.

      0xffffffff88004000 is mapped at physical 0x300000, but it is not executable, and it is supervisor-only.
      The entries on the way:
        pml4e at 0x0000000000001ff8 is 0x0000000000003003  <- bit 2 (U/S) is clear
        pdpte at 0x0000000000003ff0 is 0x0000000000005003  <- bit 2 (U/S) is clear
        pde   at 0x0000000000005200 is 0x0000000000006003  <- bit 2 (U/S) is clear
        pte   at 0x0000000000006020 is 0x8000000000300003  <- bit 63 (XD) is set, bit 2 (U/S) is clear

      4-level paging, root table at 0x1000, CR0.WP on, EFER.NXE on, 4 ranges.
      Mapped around it (of 4 ranges):
        linear              physical            size    pages  access
        0x0000000000200000  0x0000000000200000  2 MiB   2 MiB  rwx supervisor
        0xffffffff88000000  0x0000000000200000  16 KiB  4 KiB  r-x supervisor
        0xffffffff88004000  0x0000000000300000  16 KiB  4 KiB  rw- supervisor

      The guest has not ended: it is paused.

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
  })

  test('says where the physical address is mapped instead', () => {
    expect(message(kernel, { to: 0x30_0000n })).toMatchInlineSnapshot(`
      "Expected the page tables to map 0xffffffff88000000 at physical 0x300000.

      0xffffffff88000000 is mapped at physical 0x200000, but not at 0x300000.
      The entries on the way:
        pml4e at 0x0000000000001ff8 is 0x0000000000003003
        pdpte at 0x0000000000003ff0 is 0x0000000000005003
        pde   at 0x0000000000005200 is 0x0000000000006003
        pte   at 0x0000000000006000 is 0x0000000000200001

      Physical 0x300000 is mapped at 0x300000.

      4-level paging, root table at 0x1000, CR0.WP on, EFER.NXE on, 4 ranges.
      Mapped are:
        linear              physical            size    pages  access
        0x0000000000000000  0x0000000000000000  2 MiB   2 MiB  rwx user
        0x0000000000200000  0x0000000000200000  2 MiB   2 MiB  rwx supervisor
        0xffffffff88000000  0x0000000000200000  16 KiB  4 KiB  r-x supervisor
        0xffffffff88004000  0x0000000000300000  16 KiB  4 KiB  rw- supervisor

      The guest has not ended: it is paused.

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
    expect(message(0x1000n, { to: 0x7777_0000n })).toMatchInlineSnapshot(`
      "Expected the page tables to map 0x1000 at physical 0x77770000.

      0x1000 is mapped at physical 0x1000, but not at 0x77770000.
      The entries on the way:
        pml4e at 0x0000000000001000 is 0x0000000000002007
        pdpte at 0x0000000000002000 is 0x0000000000004007
        pde   at 0x0000000000004000 is 0x0000000000000087

      Physical 0x77770000 is mapped nowhere.

      4-level paging, root table at 0x1000, CR0.WP on, EFER.NXE on, 4 ranges.
      Mapped around it (of 4 ranges):
        linear              physical            size    pages  access
        0x0000000000000000  0x0000000000000000  2 MiB   2 MiB  rwx user
        0x0000000000200000  0x0000000000200000  2 MiB   2 MiB  rwx supervisor
        0xffffffff88000000  0x0000000000200000  16 KiB  4 KiB  r-x supervisor

      The guest has not ended: it is paused.

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
  })

  test('says where the walk ends when nothing is mapped', () => {
    expect(message(kernel + 0x8000n)).toMatchInlineSnapshot(`
      "Expected the page tables to map 0xffffffff88008000.

      0xffffffff88008000 is not mapped.
      The entries on the way:
        pml4e at 0x0000000000001ff8 is 0x0000000000003003
        pdpte at 0x0000000000003ff0 is 0x0000000000005003
        pde   at 0x0000000000005200 is 0x0000000000006003
        pte   at 0x0000000000006040 is 0x0000000000000000  <- not present: bit 0 (P) is clear

      4-level paging, root table at 0x1000, CR0.WP on, EFER.NXE on, 4 ranges.
      Mapped around it (of 4 ranges):
        linear              physical            size    pages  access
        0xffffffff88000000  0x0000000000200000  16 KiB  4 KiB  r-x supervisor
        0xffffffff88004000  0x0000000000300000  16 KiB  4 KiB  rw- supervisor

      The guest has not ended: it is paused.

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
    expect(message(0x8000_0000_0000n)).toMatchInlineSnapshot(`
      "Expected the page tables to map 0x800000000000.

      0x800000000000 is not canonical: bits 48 to 63 must be the same as bit 47.

      4-level paging, root table at 0x1000, CR0.WP on, EFER.NXE on, 4 ranges.
      Mapped are:
        linear              physical            size    pages  access
        0x0000000000000000  0x0000000000000000  2 MiB   2 MiB  rwx user
        0x0000000000200000  0x0000000000200000  2 MiB   2 MiB  rwx supervisor
        0xffffffff88000000  0x0000000000200000  16 KiB  4 KiB  r-x supervisor
        0xffffffff88004000  0x0000000000300000  16 KiB  4 KiB  rw- supervisor

      The guest has not ended: it is paused.

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
  })

  test('says that WP is off', () => {
    expect(message(kernel, { writable: false }, open)).toMatchInlineSnapshot(`
      "Expected the page tables to map 0xffffffff88000000 as not writable.

      0xffffffff88000000 is mapped at physical 0x200000, but it is writable.
      The entries on the way:
        pml4e at 0x0000000000001ff8 is 0x0000000000003003
        pdpte at 0x0000000000003ff0 is 0x0000000000005003
        pde   at 0x0000000000005200 is 0x0000000000006003
        pte   at 0x0000000000006000 is 0x0000000000200001  <- bit 1 (R/W) is clear

      CR0.WP is clear, so the kernel may write to read-only pages too. Set bit 16 of CR0.

      4-level paging, root table at 0x1000, CR0.WP off, EFER.NXE off, 3 ranges.
      Mapped are:
        linear              physical            size    pages  access
        0x0000000000000000  0x0000000000000000  2 MiB   2 MiB  rwx user
        0x0000000000200000  0x0000000000200000  2 MiB   2 MiB  rwx supervisor
        0xffffffff88000000  0x0000000000200000  16 KiB  4 KiB  rwx supervisor

      The guest has not ended: it is paused.

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
  })

  test('says that bit 63 is reserved while NXE is off', () => {
    expect(message(kernel + 0x4000n, {}, open)).toMatchInlineSnapshot(`
      "Expected the page tables to map 0xffffffff88004000.

      0xffffffff88004000 is not mapped.
      The entries on the way:
        pml4e at 0x0000000000001ff8 is 0x0000000000003003
        pdpte at 0x0000000000003ff0 is 0x0000000000005003
        pde   at 0x0000000000005200 is 0x0000000000006003
        pte   at 0x0000000000006020 is 0x8000000000300003  <- bit 63 (XD) is set while EFER.NXE is clear: every access faults

      4-level paging, root table at 0x1000, CR0.WP off, EFER.NXE off, 3 ranges.
      Mapped around it (of 3 ranges):
        linear              physical            size    pages  access
        0x0000000000200000  0x0000000000200000  2 MiB   2 MiB  rwx supervisor
        0xffffffff88000000  0x0000000000200000  16 KiB  4 KiB  rwx supervisor

      The guest has not ended: it is paused.

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
  })

  test('says that NXE is off', () => {
    expect(message(kernel, { executable: false }, open)).toMatchInlineSnapshot(`
      "Expected the page tables to map 0xffffffff88000000 as not executable.

      0xffffffff88000000 is mapped at physical 0x200000, but it is executable.
      The entries on the way:
        pml4e at 0x0000000000001ff8 is 0x0000000000003003
        pdpte at 0x0000000000003ff0 is 0x0000000000005003
        pde   at 0x0000000000005200 is 0x0000000000006003
        pte   at 0x0000000000006000 is 0x0000000000200001  <- bit 63 (XD) is clear

      EFER.NXE is clear, so no entry can forbid execution. Set bit 11 of EFER (MSR 0xc0000080).

      4-level paging, root table at 0x1000, CR0.WP off, EFER.NXE off, 3 ranges.
      Mapped are:
        linear              physical            size    pages  access
        0x0000000000000000  0x0000000000000000  2 MiB   2 MiB  rwx user
        0x0000000000200000  0x0000000000200000  2 MiB   2 MiB  rwx supervisor
        0xffffffff88000000  0x0000000000200000  16 KiB  4 KiB  rwx supervisor

      The guest has not ended: it is paused.

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
  })

  test('with paging off', () => {
    const off = new TableMemory().answer(walkAddressSpace(longMode(0n, { cr0: 0x11n, efer: 0n })))
    expect(maps(0xb8000n, { to: 0xb8000n }, off)).toBe(true)
    expect(message(kernel, { to: 0x20_0000n }, off)).toMatchInlineSnapshot(`
      "Expected the page tables to map 0xffffffff88000000 at physical 0x200000.

      0xffffffff88000000 lies above 4 GiB, which only paging can reach.

      Physical 0x200000 is mapped at 0x200000.

      Paging is off: each linear address is the physical one, and nothing is protected.
      Mapped are:
        linear              physical            size   pages  access
        0x0000000000000000  0x0000000000000000  4 GiB  4 KiB  rwx user

      The guest has not ended: it is paused.

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
  })

  test('.not says where it is mapped', () => {
    const verdict = toMap.judge(space, bare, true, kernel, { size: 0x8000n, writable: true })
    expect(failure(verdict, true)).toMatchInlineSnapshot(`
      "Expected the page tables not to map 0xffffffff88000000–0xffffffff88007fff (32 KiB) as writable.

      0xffffffff88004000 is mapped at physical 0x300000, writable, not executable, supervisor-only.
      The entries on the way:
        pml4e at 0x0000000000001ff8 is 0x0000000000003003
        pdpte at 0x0000000000003ff0 is 0x0000000000005003
        pde   at 0x0000000000005200 is 0x0000000000006003
        pte   at 0x0000000000006020 is 0x8000000000300003  <- bit 1 (R/W) is set

      4-level paging, root table at 0x1000, CR0.WP on, EFER.NXE on, 4 ranges.
      Mapped around it (of 4 ranges):
        linear              physical            size    pages  access
        0x0000000000200000  0x0000000000200000  2 MiB   2 MiB  rwx supervisor
        0xffffffff88000000  0x0000000000200000  16 KiB  4 KiB  r-x supervisor
        0xffffffff88004000  0x0000000000300000  16 KiB  4 KiB  rw- supervisor

      The guest has not ended: it is paused.

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
  })

  test('what the bound left out is decided neither way', () => {
    const partly: AddressSpace = {
      ...space,
      truncated: true,
      ranges: () => space.ranges(),
      lookup: (linear) => space.lookup(linear),
      walk: (linear) =>
        linear === 0x40_0000n ? { linear, path: [], end: 'unknown', mapping: null } : space.walk(linear),
    }
    expect(maps(0n, { size: 0x40_0000n }, partly)).toBe(true)
    expect(maps(0n, { size: 0x40_0001n }, partly)).toBe(false)
    expect(mapsNot(0x40_0000n, {}, partly)).toBe(false)
    expect(mapsNot(0x60_0000n, { size: 1n << 38n }, partly)).toBe(true)
    expect(message(0x40_0000n, {}, partly)).toMatchInlineSnapshot(`
      "Expected the page tables to map 0x400000.

      0x400000 is not decided: the page tables are larger than what kerneltest reads, or loop.

      4-level paging, root table at 0x1000, CR0.WP on, EFER.NXE on, 4 ranges.
      Mapped are:
        linear              physical            size    pages  access
        0x0000000000000000  0x0000000000000000  2 MiB   2 MiB  rwx user
        0x0000000000200000  0x0000000000200000  2 MiB   2 MiB  rwx supervisor
        0xffffffff88000000  0x0000000000200000  16 KiB  4 KiB  r-x supervisor
        0xffffffff88004000  0x0000000000300000  16 KiB  4 KiB  rw- supervisor

      The guest has not ended: it is paused.

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
    expect(toHaveNoWritableExecutable.judge(partly, bare, false).pass).toBe(false)
    const none = { ...partly, ranges: () => [] }
    expect(failure(toHaveNoWritableExecutable.judge(none, bare, false))).toMatchInlineSnapshot(`
      "Expected the page tables to have no page that is both writable and executable.

      Not decided: none was found, but the page tables are larger than what kerneltest reads, or loop.

      4-level paging, root table at 0x1000, CR0.WP on, EFER.NXE on, 0 ranges.

      The guest has not ended: it is paused.

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
    expect(toHaveNoWritableExecutable.judge(none, bare, true).pass).toBe(true)
  })

  test('tables that loop are decided, and in bounds', () => {
    const memory = new TableMemory()
    for (let index = 0; index < 512; index++) memory.set(0x1000n, index, 0x1000n | present)
    const loop = memory.answer(walkAddressSpace(longMode(0x1000n)))
    expect(maps(0x1234_5000n, { to: 0x1000n, size: 0x1000n }, loop)).toBe(true)
    expect(mapsNot(0n, { size: 1n << 40n, writable: true }, loop)).toBe(false)
  })

  test('a number that is not exact is a coded error', () => {
    expect(() => toMap.judge(space, bare, false, 0xffff_ffff_8800_0000)).toThrowErrorMatchingInlineSnapshot(`
      [KernelTestError: KT5002: toMap got the linear address 18446744071696286000
        Write it as a bigint, with an n at its end: 0xffffffff80000000n. A number is exact up to 2^53 only.]
    `)
    expect(() => maps(0n, { size: 0 })).toThrowErrorMatchingInlineSnapshot(`
      [KernelTestError: KT5002: toMap got the size 0 at 0x0
        A range has at least one byte and ends at or below 2^64.]
    `)
  })

  test('a misspelt option is refused, not ignored', () => {
    const options = { writeable: false } as ToMapOptions
    expect(() => maps(kernel, options)).toThrowErrorMatchingInlineSnapshot(`
      [KernelTestError: KT5002: toMap has no option \`writeable\`
        Did you mean \`writable\`?]
    `)
  })
})

describe('toHaveNoWritableExecutable', () => {
  const strict = tables()
    .set(0x2000n, 0, 0x4000n | rw | noExecute)
    .answer(walkAddressSpace(longMode(0x1000n)))

  test('judges every range', () => {
    expect(toHaveNoWritableExecutable.judge(strict, bare, false).pass).toBe(true)
    expect(toHaveNoWritableExecutable.judge(space, bare, false).pass).toBe(false)
  })

  test('lists the ranges', () => {
    expect(failure(toHaveNoWritableExecutable.judge(space, bare, false))).toMatchInlineSnapshot(`
      "Expected the page tables to have no page that is both writable and executable.

      2 ranges are both, 4 MiB in all:
        linear              physical            size   pages  access
        0x0000000000000000  0x0000000000000000  2 MiB  2 MiB  rwx user
        0x0000000000200000  0x0000000000200000  2 MiB  2 MiB  rwx supervisor

      4-level paging, root table at 0x1000, CR0.WP on, EFER.NXE on, 4 ranges.

      The guest has not ended: it is paused.

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
  })

  test.each<[bigint, string]>([
    [0x1000n, '4 KiB'],
    [0x40_4000n, '4112 KiB'],
    [0x1_0000_0000n, '4 GiB'],
    [0x1_0000_0000n - 0x3000n, '4095.9 MiB'],
    [0x1_0000_0000n + 0x3000n, '4096.0 MiB'],
    [0x8000_0000_0000n - 0x1000n, '127.9 TiB'],
  ])('says %d bytes as %s', (size, text) => {
    const [range] = space.ranges().filter(({ writable, executable }) => writable && executable)
    const large = { ...space, ranges: () => (range ? [{ ...range, size }] : []) }
    const message = failure(toHaveNoWritableExecutable.judge(large, bare, false))
    expect(message).toContain(`1 range is both, ${text} in all:`)
  })

  test('says what is switched off', () => {
    expect(failure(toHaveNoWritableExecutable.judge(open, bare, false))).toMatchInlineSnapshot(`
      "Expected the page tables to have no page that is both writable and executable.

      3 ranges are both, 4112 KiB in all:
        linear              physical            size    pages  access
        0x0000000000000000  0x0000000000000000  2 MiB   2 MiB  rwx user
        0x0000000000200000  0x0000000000200000  2 MiB   2 MiB  rwx supervisor
        0xffffffff88000000  0x0000000000200000  16 KiB  4 KiB  rwx supervisor

      CR0.WP is clear, so the kernel may write to read-only pages too. Set bit 16 of CR0.

      EFER.NXE is clear, so no entry can forbid execution. Set bit 11 of EFER (MSR 0xc0000080).

      4-level paging, root table at 0x1000, CR0.WP off, EFER.NXE off, 3 ranges.

      The guest has not ended: it is paused.

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
  })

  test('.not', () => {
    expect(failure(toHaveNoWritableExecutable.judge(strict, bare, true), true)).toMatchInlineSnapshot(`
      "Expected the page tables to have a page that is both writable and executable.

      None is.

      4-level paging, root table at 0x1000, CR0.WP on, EFER.NXE on, 3 ranges.

      The guest has not ended: it is paused.

      Printed on com1:
        Booting
        ready

      The screen could not be read."
    `)
  })

  test('a guest that has not run yet', () => {
    const early = around({ hasRun: false, serial: log(''), screen: null })
    expect(failure(toHaveNoWritableExecutable.judge(space, early, false))).toMatchInlineSnapshot(`
      "Expected the page tables to have no page that is both writable and executable.

      2 ranges are both, 4 MiB in all:
        linear              physical            size   pages  access
        0x0000000000000000  0x0000000000000000  2 MiB  2 MiB  rwx user
        0x0000000000200000  0x0000000000200000  2 MiB  2 MiB  rwx supervisor

      4-level paging, root table at 0x1000, CR0.WP on, EFER.NXE on, 4 ranges.

      The guest has not run yet: it stands at its first instruction.
      Wait for something first, as toPrint(…) or toShow(…), or boot(image, { until: … }).

      Nothing was printed on com1.

      The screen could not be read."
    `)
  })
})
