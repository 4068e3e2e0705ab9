import { cr4Bit } from '../register-bits.ts'
import type { CpuState } from '../system/cpu-state.ts'

/** Bits of the linear addresses of the paging mode at hand (SDM volume 3, 4.5). */
export function pagingBits(cpu: CpuState): 48 | 57 {
  return (cpu.cr4 & cr4Bit.la57) !== 0 ? 57 : 48
}
