import type { Cpu } from './cpu/cpu.ts'
import { activity, segment as segmentNumber, state as stateLayout } from './cpu/state-layout.ts'
import type { CpuState, SegmentCache, TableRegister } from './cpu/system/cpu-state.ts'

export type SegmentName = keyof typeof segmentNumber

/** Everything that a CPU is when it wakes up; what is not here is as after power-on. */
export interface EntryRegisters {
  /** RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8 to R15. */
  readonly general: readonly bigint[]
  readonly rip: bigint
  readonly rflags: number
  readonly cr0: number
  readonly cr3: bigint
  readonly cr4: number
  readonly efer: number
  /** 64-bit code runs. */
  readonly long: boolean
  readonly segments: Readonly<Record<SegmentName, SegmentCache>>
  readonly gdtr: TableRegister
  readonly idtr: TableRegister
}

/** Puts a CPU into a state. */
export function enter(cpu: Cpu, state: CpuState, entry: EntryRegisters): void {
  for (const [name, number] of Object.entries(segmentNumber)) {
    state.setSegment(number, entry.segments[name as SegmentName])
  }
  state.setU64(stateLayout.gdtBase, entry.gdtr.base)
  state.setU32(stateLayout.gdtLimit, entry.gdtr.limit)
  state.setU64(stateLayout.idtBase, entry.idtr.base)
  state.setU32(stateLayout.idtLimit, entry.idtr.limit)
  state.setU64(stateLayout.cr2, 0n)
  state.setU32(stateLayout.a20, 1)
  state.setU32(stateLayout.activity, activity.running)
  state.cpl = 0
  // Last: it derives from the others what the core looks at.
  cpu.registers = entry
}
