import { type CpuState, isCanonical } from '../system/cpu-state.ts'
import type { Processor } from '../system/processor.ts'
import { protect } from './faults.ts'
import { linearBits } from './model.ts'

/**
 * A model-specific register: what RDMSR gets and WRMSR does. `write` throws #GP(0) before it changes
 * anything.
 */
export interface ModelRegister {
  readonly read: (processor: Processor) => bigint
  readonly write: (processor: Processor, value: bigint) => void
}

/** 64 bits of the state at `at`. */
export function stored(
  at: number,
  isAllowed: (value: bigint, cpu: CpuState) => boolean = () => true,
): ModelRegister {
  return {
    read: ({ state: cpu }) => cpu.u64(at),
    write: ({ state: cpu }, value) => {
      protect(!isAllowed(value, cpu))
      cpu.setU64(at, value)
    },
  }
}

/** A linear address. How wide one may be is the processor's matter, not CR4.LA57's. */
export function storedAddress(at: number): ModelRegister {
  return stored(at, (value, cpu) => isCanonical(value, linearBits(cpu)))
}

/** Writes fault. */
export function readOnly(value: bigint): ModelRegister {
  return { read: () => value, write: () => protect(true) }
}
