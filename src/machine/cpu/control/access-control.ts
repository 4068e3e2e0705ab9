import { flagBit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import type { CpuState } from '../system/cpu-state.ts'
import type { SystemInstructions } from '../system/system-instruction.ts'
import { undefinedIf } from './faults.ts'

/** CLAC and STAC (SDM volume 2): #UD, not #GP, at any CPL but 0. */
export const accessControlInstructions: SystemInstructions = {
  CLAC: ({ state: cpu }) => {
    undefinedIf(cpu.cpl !== 0)
    setSystemFlags(cpu, cpu.u32(state.systemFlags) & ~flagBit.alignmentCheck)
    return 'next'
  },
  STAC: ({ state: cpu }) => {
    undefinedIf(cpu.cpl !== 0)
    setSystemFlags(cpu, cpu.u32(state.systemFlags) | flagBit.alignmentCheck)
    return 'next'
  },
}

function setSystemFlags(cpu: CpuState, flags: number): void {
  cpu.setU32(state.systemFlags, flags)
}
