import { cr4Bit } from '../register-bits.ts'
import { segment, state } from '../state-layout.ts'
import type { CpuState } from '../system/cpu-state.ts'
import type { Operation } from '../system/operation.ts'
import type { Outcome, Processor } from '../system/processor.ts'
import type { SystemInstructions } from '../system/system-instruction.ts'
import { protect } from './faults.ts'
import { isCanonicalFor } from './linear-width.ts'

/** Types of INVPCID. */
const invalidates = { address: 0n, context: 1n, everything: 2n, allButGlobal: 3n } as const

/** What guests do about translations and caches; there are no caches (SDM volume 2 under each name). */
export const translationInstructions: SystemInstructions = {
  /** No limits are checked, and an address that is not canonical is none. */
  INVLPG: ({ state: cpu, tlb }, operation) => {
    const linear = uncheckedLinear(cpu, operation)
    if (!cpu.is64Bit || isCanonicalFor(cpu, linear)) tlb.invalidate(linear)
    return 'refetch'
  },
  INVPCID: invpcid,
  INVD: () => 'next',
  WBINVD: () => 'next',
}

function uncheckedLinear(cpu: CpuState, operation: Operation): bigint {
  const hasBase = !cpu.is64Bit || operation.segment >= segment.fs
  const base = hasBase ? cpu.u64(state.segmentBases + 8 * operation.segment) : 0n
  return BigInt.asUintN(cpu.is64Bit ? 64 : 32, base + operation.offset())
}

/** The TLB knows no PCIDs and holds those of the current one: what is asked for others is done already. */
function invpcid({ state: cpu, tlb }: Processor, operation: Operation): Outcome {
  const type = cpu.general(operation.general(0), cpu.is64Bit ? 8 : 4)
  const pcid = operation.readMemory(0n, 8)
  const linear = operation.readMemory(8n, 8)
  const enabled = (cpu.cr4 & cr4Bit.pcide) !== 0
  const isOfOne = type === invalidates.address || type === invalidates.context
  protect(type > invalidates.allButGlobal || pcid > 0xfffn)
  protect(isOfOne && pcid !== 0n && !enabled)
  protect(type === invalidates.address && !isCanonicalFor(cpu, linear))
  const isCurrent = !enabled || pcid === (cpu.u64(state.cr3) & 0xfffn)
  if (type === invalidates.everything) tlb.flush(false)
  else if (type === invalidates.allButGlobal) tlb.flush(true)
  else if (isCurrent && type === invalidates.address) tlb.invalidate(linear)
  else if (isCurrent) tlb.flush(true)
  return 'refetch'
}
