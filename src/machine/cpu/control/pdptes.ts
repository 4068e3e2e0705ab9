import { state } from '../state-layout.ts'
import type { Processor } from '../system/processor.ts'
import { protect } from './faults.ts'
import { abovePhysical } from './model.ts'

const present = 1n
/** Bits 2 to 1, 8 to 5 and those above MAXPHYADDR (SDM volume 3, table 4-8). */
const reserved = 0x1e6n | abovePhysical
const tableMask = 0xffff_ffe0n

/**
 * Loads the four page-directory-pointer-table entries of PAE paging from what `cr3` says (SDM volume 3,
 * 4.4.1).
 * @throws GuestFault #GP(0) where a present one has a reserved bit set; none is loaded then.
 */
export function loadPdptes({ state: cpu, memory }: Processor, cr3: bigint): void {
  const table = cr3 & tableMask
  const entries = [0n, 8n, 16n, 24n].map((offset) => memory.readPhysical(table + offset))
  protect(entries.some((entry) => (entry & present) !== 0n && (entry & reserved) !== 0n))
  entries.forEach((entry, index) => {
    cpu.setU64(state.pdptes + 8 * index, entry)
  })
}
