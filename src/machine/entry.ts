import { resetState } from './cpu/control/reset.ts'
import type { Cpu } from './cpu/cpu.ts'
import { type NamedRegisters, writeNamed } from './cpu/register-file.ts'
import { segment as segmentNumber, state as stateLayout } from './cpu/state-layout.ts'
import type { SegmentCache, TableRegister } from './cpu/system/cpu-state.ts'
import { type OptionalFeature, optionalFeature } from './cpu/table/features.ts'

export type SegmentName = keyof typeof segmentNumber

/** What a CPU is when it wakes up; what is not here is as after power-on, and x87 as firmware leaves it. */
export interface EntryRegisters extends NamedRegisters {
  readonly segments: Readonly<Record<SegmentName, SegmentCache>>
  readonly gdtr: TableRegister
  readonly idtr: TableRegister
}

/** What a processor is made with. */
export interface ProcessorChoices {
  readonly features: readonly OptionalFeature[]
  /** Where the numbers of RDRAND and RDSEED begin. */
  readonly seed: bigint
}

/** Power-on of the CPU, and the state in which it wakes up: nothing of what it did before is left. */
export function enter(cpu: Cpu, entry: EntryRegisters, { features, seed }: ProcessorChoices): void {
  const { state } = cpu
  state.setU64(stateLayout.units, 0n)
  state.setU64(stateLayout.randomSeed, seed)
  const bits = features.reduce((all, feature) => all | optionalFeature[feature], 0)
  state.setU32(stateLayout.optionalFeatures, bits)
  state.setU32(stateLayout.pending, 0)
  state.setU32(stateLayout.a20, 1)
  resetState(state, 'power')
  // FNINIT.
  state.setU32(stateLayout.x87Control, 0x37f)
  state.setU32(stateLayout.x87Full, 0)
  writeNamed(state.view, entry)
  for (const [name, number] of Object.entries(segmentNumber)) {
    state.setSegment(number, entry.segments[name as SegmentName])
  }
  state.setU64(stateLayout.gdtBase, entry.gdtr.base)
  state.setU32(stateLayout.gdtLimit, entry.gdtr.limit)
  state.setU64(stateLayout.idtBase, entry.idtr.base)
  state.setU32(stateLayout.idtLimit, entry.idtr.limit)
  cpu.settle()
}
