import { cr4Bit } from '../register-bits.ts'
import { type CpuState, isCanonical } from '../system/cpu-state.ts'

/** Whether an address is canonical in the paging mode at hand (SDM volume 3, 4.5). */
export function isCanonicalFor(cpu: CpuState, address: bigint): boolean {
  return isCanonical(address, (cpu.cr4 & cr4Bit.la57) !== 0 ? 57 : 48)
}
