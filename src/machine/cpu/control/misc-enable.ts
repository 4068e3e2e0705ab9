/** Bits of IA32_MISC_ENABLE (SDM volume 4, table 2-2). */
export const miscEnableBit = {
  fastStrings: 1n,
  performanceMonitoring: 1n << 7n,
  noBranchTraceStore: 1n << 11n,
  noEventSampling: 1n << 12n,
  /** MONITOR and MWAIT are there. */
  monitor: 1n << 18n,
  /** CPUID leaf 0 answers 2 at most. */
  limitCpuid: 1n << 22n,
  /** EFER.NXE and its CPUID bit are gone. */
  executeDisable: 1n << 34n,
} as const

const readOnly =
  miscEnableBit.performanceMonitoring | miscEnableBit.noBranchTraceStore | miscEnableBit.noEventSampling

const writable =
  miscEnableBit.fastStrings | miscEnableBit.monitor | miscEnableBit.limitCpuid | miscEnableBit.executeDisable

export const initialMiscEnable =
  miscEnableBit.fastStrings |
  miscEnableBit.noBranchTraceStore |
  miscEnableBit.noEventSampling |
  miscEnableBit.monitor

/** What IA32_MISC_ENABLE becomes, or null where a reserved bit is set. */
export function miscEnableAfter(before: bigint, value: bigint): bigint | null {
  if ((value & ~(writable | readOnly)) !== 0n) return null
  return (before & readOnly) | (value & writable)
}
