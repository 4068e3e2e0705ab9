import { describe, expect, test } from 'vitest'
import { flagBit } from '../../../src/machine/cpu/register-bits.ts'
import { pageBytes, ramBase, rights, segment, state } from '../../../src/machine/cpu/state-layout.ts'
import type { CpuState } from '../../../src/machine/cpu/system/cpu-state.ts'
import { execute, type ModeName, paeTable } from '../control/processor.ts'

const gdt = 0x5000
const tasks = { old: 0x6000, fresh: 0x7000 } as const
const selectors = { code: 0x08, data: 0x10, old: 0x18, fresh: 0x20, beyond: 0x200 } as const
const entry = 0x1_2345
const badTable = 0x8000

interface Fresh {
  readonly ds?: number
  readonly cr3?: number
  readonly trap?: boolean
}

/** Two tasks; the new one has nothing but what is asked about. */
function prepare(cpu: CpuState, { ds = selectors.data, cr3 = paeTable, trap = false }: Fresh): void {
  const write = (at: number, value: number) => cpu.view.setUint32(ramBase + at, value, true)
  const describeSegment = (selector: number, low: number, high: number) => {
    write(gdt + selector, low)
    write(gdt + selector + 4, high)
  }
  describeSegment(selectors.code, 0xffff, 0xcf_9b00)
  describeSegment(selectors.data, 0xffff, 0xcf_9300)
  describeSegment(selectors.old, (tasks.old << 16) | 0x67, 0x8b00)
  describeSegment(selectors.fresh, (tasks.fresh << 16) | 0x67, 0x8900)
  cpu.setU64(state.gdtBase, BigInt(gdt))
  cpu.setU32(state.gdtLimit, 0x1ff)
  const busy = rights.present | 11
  cpu.setSegment(segment.tr, { selector: selectors.old, base: BigInt(tasks.old), limit: 0x67, rights: busy })
  write(tasks.fresh + 0x1c, cr3)
  write(tasks.fresh + 0x20, entry)
  write(tasks.fresh + 0x24, flagBit.resume | 2)
  const { code, data } = selectors
  for (const [index, selector] of [data, code, data, ds, 0, 0].entries()) {
    write(tasks.fresh + 0x48 + 4 * index, selector)
  }
  write(tasks.fresh + 0x64, trap ? 1 : 0)
  write(badTable, 0x1e7)
}

function jump(fresh: Fresh, mode: ModeName = 'prot32') {
  const set = (cpu: CpuState) => prepare(cpu, fresh)
  return execute({ mode, code: 'jmp 0x20:0', set })
}

describe('a fault of the new task', () => {
  const answer = jump({ ds: selectors.beyond })

  test('is raised in its context, and one unit with the switch', () => {
    const { state: cpu, end } = answer
    const { rip, cpl } = cpu
    const tr = cpu.selector(segment.tr)
    expect({ end, rip, cpl, tr, units: answer.cpu.units }).toEqual({
      end: `#TS(${selectors.beyond})`,
      rip: BigInt(entry),
      cpl: 0,
      tr: selectors.fresh,
      units: 1n,
    })
  })

  test('finds all selectors, and descriptors as far as they were loaded', () => {
    const loaded = [segment.ss, segment.ds, segment.es, segment.cs].map((number) => {
      const { selector, rights: allowed } = answer.state.segment(number)
      return [selector, (allowed & rights.unusable) === 0]
    })
    expect(loaded).toEqual([
      [selectors.data, true],
      [selectors.beyond, false],
      [selectors.data, false],
      [selectors.code, false],
    ])
  })
})

describe('what the new task begins with', () => {
  test('RF stays until its first instruction is done', () => {
    const { end, state: cpu } = jump({})
    expect([end, cpu.rip, cpu.flags]).toEqual(['ok', BigInt(entry), flagBit.resume | 2])
  })

  test('the trap bit asks for #DB before its first instruction', () => {
    expect(jump({ trap: true }).state.u32(state.pendingDebug)).toBe(0x8000)
  })

  test('CR3 of PAE paging loads the four entries', () => {
    const { end, state: cpu } = jump({ cr3: paeTable | 8 }, 'pae32')
    expect([end, cpu.u64(state.cr3)]).toEqual(['ok', BigInt(paeTable | 8)])
  })

  test('a reserved bit in such an entry is #GP(0) of the new task, with the old CR3', () => {
    const { end, state: cpu } = jump({ cr3: badTable }, 'pae32')
    expect([end, cpu.u64(state.cr3), cpu.rip]).toEqual(['#GP(0)', BigInt(paeTable), BigInt(entry)])
  })
})

test('a page fault before the commit leaves everything as it was', () => {
  const set = (cpu: CpuState) => {
    prepare(cpu, {})
    // 4 MiB of RAM end where this task state begins: no page table maps it.
    cpu.view.setUint32(ramBase + gdt + selectors.fresh, 0x67, true)
    cpu.view.setUint32(ramBase + gdt + selectors.fresh + 4, 0x8940, true)
  }
  const { end, state: cpu } = execute({ mode: 'pae32', code: 'jmp 0x20:0', set })
  const busy = cpu.view.getUint8(ramBase + gdt + selectors.old + 5)
  const saved = cpu.view.getUint32(ramBase + tasks.old + 0x20, true)
  expect([end, cpu.selector(segment.tr), busy, saved, cpu.u64(state.cr2) % BigInt(pageBytes)]).toEqual([
    '#PF(0)',
    selectors.old,
    0x8b,
    0,
    0n,
  ])
})
