import { expect, test } from 'vitest'
import { type ToMapOptions, toHaveNoWritableExecutable, toMap } from '../../matchers/index.ts'
import { walkAddressSpace } from '../../src/observe/address-space.ts'
import { flags, longMode, TableMemory } from '../observe/page-tables.ts'
import { around, failure } from './surroundings.ts'

const { present, writable } = flags
const rw = present | writable
const bare = around({ screen: null })

/** One page, read-only. */
const memory = new TableMemory().set32(0x1000n, 0, 0x2000n | rw).set32(0x2000n, 1, 0x30_0000n | present)
const legacy = memory.answer(walkAddressSpace(longMode(0x1000n, { cr4: 0n, efer: 0x800n })))
/** CR0.WP is off. */
const open = memory.answer(walkAddressSpace(longMode(0x1000n, { cr0: 0x8000_0011n, cr4: 0n, efer: 0n })))

function judge(linear: bigint, options: ToMapOptions) {
  return toMap.judge(legacy, bare, false, linear, options)
}

test('says that 32-bit paging forbids no execution', () => {
  expect(judge(0x1000n, { executable: true, writable: false }).pass).toBe(true)
  expect(judge(1n << 32n, {}).pass).toBe(false)
  expect(failure(judge(0x1000n, { executable: false, writable: true }))).toMatchInlineSnapshot(`
    "Expected the page tables to map 0x1000 as writable, not executable.

    0x1000 is mapped at physical 0x300000, but it is not writable, and it is executable.
    The entries on the way:
      pde   at 0x0000000000001000 is 0x00002003
      pte   at 0x0000000000002004 is 0x00300001  <- bit 1 (R/W) is clear

    32-bit paging has no bit that forbids execution. Use PAE or 64-bit paging, and set EFER.NXE.

    32-bit paging, root table at 0x1000, CR0.WP on, no entry can forbid execution, 1 range.
    Mapped are:
      linear              physical            size   pages  access
      0x0000000000001000  0x0000000000300000  4 KiB  4 KiB  r-x supervisor

    The guest has not ended: it is paused.

    Printed on com1:
      Booting
      ready

    The screen could not be read."
  `)
  expect(toHaveNoWritableExecutable.judge(legacy, bare, false).pass).toBe(true)
  expect(toHaveNoWritableExecutable.judge(open, bare, false).pass).toBe(false)
})
