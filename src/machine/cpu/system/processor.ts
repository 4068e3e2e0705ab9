import type { CpuState } from './cpu-state.ts'
import type { SystemMemory } from './system-memory.ts'

/** What a system instruction works on. */
export interface Processor {
  readonly state: CpuState
  readonly memory: SystemMemory
  readonly tlb: TlbControl
  readonly events: EventControl
  /** FERR#: the machine makes an interrupt of an exception of x87. */
  reportNumericError(): void
  readonly apic: ApicControl
  /** Units done before the instruction at hand, for the time stamp counter. */
  units(): bigint
}

export interface TlbControl {
  /** Entries of every PCID. `keepGlobal`: those of global pages stay (MOV to CR3). */
  flush(keepGlobal: boolean): void
  invalidate(linear: bigint): void
  /** What accesses may do has changed (CR0.WP, CR4.SMAP…): entries stay, each is checked again when used. */
  recheck(): void
}

/** What the local APIC, outside of the processor's core, has to hear of. */
export interface ApicControl {
  /** IA32_APIC_BASE is another. */
  moved(): void
  /** MOV to CR8. */
  prioritized(): void
}

/** What instructions ask of event delivery (`events/`). */
export interface EventControl {
  /**
   * Goes through the IDT for INT n, INT3, INTO, INT1: RIP in the state is still the instruction's, `next`
   * is where it returns to.
   */
  softwareInterrupt(vector: number, kind: 'int' | 'int3' | 'into' | 'int1', next: bigint): void
  /** RF in the state is new: IRET and task switches set it for the instruction behind them. */
  keepResume(): void
  /** The instruction traps if TF is set now, instead of as it began. */
  stepByNewFlags(): void
  /** RF is the new task's, and the old one's single step is forgotten. */
  taskSwitched(): void
}

/**
 * How an instruction went on: behind it, there but through what paging has become, at the RIP that it has
 * set, or not at all until woken.
 */
export type Outcome = 'next' | 'refetch' | 'jump' | 'halt'
