import { pagingBits } from '../control/linear-width.ts'
import { type CpuState, isCanonical } from '../system/cpu-state.ts'

export function isCanonicalFor(cpu: CpuState, address: bigint): boolean {
  return isCanonical(address, pagingBits(cpu))
}
