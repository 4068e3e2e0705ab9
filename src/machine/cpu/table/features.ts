const claimed = [
  ...(['popcnt', 'rdtscp', 'rdrand', 'fsgsbase', 'smap', 'pcid', 'monitor', 'xsave', 'xsaveopt'] as const),
  ...(['clflushopt', 'clwb', 'sse3', 'ssse3', 'sse4.1', 'sse4.2'] as const),
] as const

/**
 * Features that a machine can be made with beyond its model: bits of `state.optionalFeatures`. Their rows are
 * always decoded, and #UD where the bit is not set.
 */
export const optionalFeature = { la57: 1, pku: 2, aes: 4, pclmulqdq: 8, 'sha-ni': 0x10 } as const
export type OptionalFeature = keyof typeof optionalFeature
const chosen = ['aes', 'pclmulqdq', 'sha-ni'] as const

/** What a model may claim besides: its rows are in the table, and #UD until then. */
const unclaimed = [
  ...(['rdseed', 'rdpid', 'lzcnt', 'bmi1', 'movbe', 'adx', 'xsavec', 'xsaves'] as const),
] as const

/** CPUID bits that rows of the table depend on. What every model claims (CX16, CMOV, SSE2…) is not listed. */
export type Feature = (typeof claimed)[number] | (typeof chosen)[number] | (typeof unclaimed)[number]

/** What the model x86-64-v2 of this machine claims. */
export const modelFeatures: ReadonlySet<Feature> = new Set(claimed)

/** What a decoder has to know for all machines. */
export const machineFeatures: ReadonlySet<Feature> = new Set([...claimed, ...chosen])

export const allFeatures: ReadonlySet<Feature> = new Set([...machineFeatures, ...unclaimed])
