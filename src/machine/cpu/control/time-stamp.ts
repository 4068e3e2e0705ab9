import { cr4Bit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import type { CpuState } from '../system/cpu-state.ts'
import type { Processor } from '../system/processor.ts'
import type { SystemInstructions } from '../system/system-instruction.ts'
import { protect } from './faults.ts'

/** RDTSC, RDTSCP and RDPMC (SDM volume 3, 18.17; volume 2). */
export const timeInstructions: SystemInstructions = {
  RDTSC: (processor) => {
    readTime(processor)
    return 'next'
  },
  RDTSCP: (processor) => {
    const { state: cpu } = processor
    readTime(processor)
    cpu.setGeneral(1, cpu.u64(state.tscAux), 4)
    return 'next'
  },
  /** There are no counters: every index is a wrong one, at any privilege. */
  RDPMC: () => {
    protect(true)
    return 'next'
  },
}

export function timeStamp({ state: cpu, units }: Processor): bigint {
  return BigInt.asUintN(64, units() + cpu.u64(state.tscOffset))
}

/** WRMSR to the counter moves IA32_TSC_ADJUST with it, and the other way round (SDM volume 3, 18.17.3). */
export function setTimeStamp(processor: Processor, value: bigint): void {
  moveTime(processor.state, value - timeStamp(processor))
}

export function setTimeAdjust({ state: cpu }: Processor, value: bigint): void {
  moveTime(cpu, value - cpu.u64(state.tscAdjust))
}

function moveTime(cpu: CpuState, by: bigint): void {
  cpu.setU64(state.tscOffset, BigInt.asUintN(64, cpu.u64(state.tscOffset) + by))
  cpu.setU64(state.tscAdjust, BigInt.asUintN(64, cpu.u64(state.tscAdjust) + by))
}

function readTime(processor: Processor): void {
  const { state: cpu } = processor
  protect((cpu.cr4 & cr4Bit.tsd) !== 0 && cpu.cpl !== 0)
  const now = timeStamp(processor)
  cpu.setGeneral(0, now, 4)
  cpu.setGeneral(2, now >> 32n, 4)
}
