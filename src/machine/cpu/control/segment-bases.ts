import { cr4Bit } from '../register-bits.ts'
import { segment, state } from '../state-layout.ts'
import { type CpuState, isCanonical } from '../system/cpu-state.ts'
import type { SystemInstruction, SystemInstructions } from '../system/system-instruction.ts'
import { protect, undefinedIf } from './faults.ts'
import { linearBits } from './model.ts'

const baseAt = (number: number) => state.segmentBases + 8 * number

/** Bases of FS and GS in 64-bit mode (SDM volume 2, SWAPGS, RDFSBASE, WRFSBASE). */
export const segmentBaseInstructions: SystemInstructions = {
  SWAPGS: ({ state: cpu }) => {
    undefinedIf(!cpu.is64Bit)
    protect(cpu.cpl !== 0)
    const base = cpu.u64(baseAt(segment.gs))
    cpu.setU64(baseAt(segment.gs), cpu.u64(state.kernelGsBase))
    cpu.setU64(state.kernelGsBase, base)
    return 'next'
  },
  RDFSBASE: reader(segment.fs),
  RDGSBASE: reader(segment.gs),
  WRFSBASE: writer(segment.fs),
  WRGSBASE: writer(segment.gs),
}

function checkEnabled(cpu: CpuState): void {
  undefinedIf(!cpu.is64Bit || (cpu.cr4 & cr4Bit.fsgsbase) === 0)
}

function reader(number: number): SystemInstruction {
  return ({ state: cpu }, operation) => {
    checkEnabled(cpu)
    cpu.setGeneral(operation.general(0), cpu.u64(baseAt(number)), operation.bytes === 8 ? 8 : 4)
    return 'next'
  }
}

/** How wide an address may be is the processor's matter, not CR4.LA57's. */
function writer(number: number): SystemInstruction {
  return ({ state: cpu }, operation) => {
    checkEnabled(cpu)
    const base = cpu.general(operation.general(0), operation.bytes === 8 ? 8 : 4)
    protect(!isCanonical(base, linearBits(cpu)))
    cpu.setU64(baseAt(number), base)
    return 'next'
  }
}
