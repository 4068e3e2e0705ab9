const claimed = [
  ...(['popcnt', 'rdtscp', 'rdrand', 'fsgsbase', 'smap', 'pcid', 'monitor', 'xsave', 'xsaveopt'] as const),
  ...(['clflushopt', 'clwb', 'sse3', 'ssse3', 'sse4.1', 'sse4.2'] as const),
] as const

/** What a model may claim besides: its rows are in the table, and #UD until then. */
const optional = [
  ...(['rdseed', 'rdpid', 'lzcnt', 'bmi1', 'movbe', 'adx', 'xsavec', 'xsaves'] as const),
  ...(['aes', 'pclmul', 'sha'] as const),
] as const

/** CPUID bits that rows of the table depend on. What every model claims (CX16, CMOV, SSE2…) is not listed. */
export type Feature = (typeof claimed)[number] | (typeof optional)[number]

/** What the model x86-64-v2 of this machine claims. */
export const modelFeatures: ReadonlySet<Feature> = new Set(claimed)

export const allFeatures: ReadonlySet<Feature> = new Set([...claimed, ...optional])
