import type { EntryState, GeneralRegister } from '../../boot/plan.ts'
import { rights } from '../../machine/cpu/state-layout.ts'
import type { EntryRegisters, SegmentName } from '../../machine/entry.ts'

type SegmentCache = EntryRegisters['segments'][SegmentName]

/** In the order of their numbers. */
const generalRegisters: readonly GeneralRegister[] = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi']
/** R8 to R15. */
const noneGiven: readonly bigint[] = new Array(8).fill(0n)
const alwaysSet = 2
const longModeActive = 0x400

/** Eight bytes of a descriptor table, in halves. */
export interface Descriptor {
  readonly low: number
  readonly high: number
}

/** An LDTR that was loaded with a null selector. */
const nullLdt: SegmentCache = { selector: 0, base: 0n, limit: 0, rights: rights.unusable }
/** TR after power-on (SDM vol. 3 table 10-1): a busy 32-bit TSS. */
const nullTask: SegmentCache = { selector: 0, base: 0n, limit: 0xffff, rights: rights.present | 0xb }

/**
 * The registers of a plan's entry state. `descriptorAt` answers what the descriptor table has at a selector;
 * the hidden parts come from there, as when the segments had been loaded.
 */
export function entryRegisters(
  cpu: EntryState,
  descriptorAt: (selector: number) => Descriptor,
): EntryRegisters {
  const cached = (selector: number) => cacheOf(selector, descriptorAt(selector))
  const data = cached(cpu.gdt.data)
  const task = cpu.gdt.task === 0 ? nullTask : cached(cpu.gdt.task)
  return {
    general: [...generalRegisters.map((name) => cpu.registers[name] ?? 0n), ...noneGiven],
    rip: cpu.rip,
    rflags: alwaysSet,
    cr0: cpu.cr0,
    cr3: cpu.cr3,
    cr4: cpu.cr4,
    efer: cpu.mode === 'long64' ? cpu.efer | longModeActive : cpu.efer,
    segments: {
      cs: cached(cpu.gdt.code),
      ss: data,
      ds: data,
      es: data,
      fs: data,
      gs: data,
      ldtr: nullLdt,
      tr: { ...task, rights: task.rights | busy },
    },
    gdtr: { base: cpu.gdt.base, limit: cpu.gdt.limit },
    idtr: { base: 0n, limit: 0 },
  }
}

/** What LTR sets in the type of a task state segment, in the register and in the descriptor. */
const busy = 2
/** Byte of a descriptor that holds its type. */
export const busyBit = { byte: 5, bit: busy } as const

/** What loading a selector puts into the hidden part (SDM vol. 3 §3.4.5). */
function cacheOf(selector: number, { low, high }: Descriptor): SegmentCache {
  const flags = (high >>> 20) & 0xf
  const limit = (low & 0xffff) | (high & 0xf_0000)
  const isGranular = (flags & 8) !== 0
  return {
    selector,
    base: BigInt(((low >>> 16) | ((high & 0xff) << 16) | (high & 0xff00_0000)) >>> 0),
    limit: isGranular ? ((limit << 12) | 0xfff) >>> 0 : limit,
    rights: ((high >>> 8) & 0xff) | (flags << 12),
  }
}
