/** CPUID bits that rows of the table depend on. What every model claims (CMOV, CX8, SSE2…) is not listed. */
export type Feature =
  | ('popcnt' | 'rdtscp' | 'rdrand' | 'rdseed' | 'fsgsbase' | 'smap' | 'pcid' | 'monitor')
  | ('xsave' | 'xsaveopt' | 'xsavec' | 'xsaves' | 'clflushopt' | 'clwb' | 'pku' | 'rdpid')
  | ('lzcnt' | 'bmi1' | 'movbe' | 'adx' | 'sse3' | 'ssse3' | 'sse4.1' | 'sse4.2' | 'aes' | 'pclmul' | 'sha')

/** What the model x86-64-v2 of this machine claims. */
export const modelFeatures: ReadonlySet<Feature> = new Set<Feature>([
  ...(['popcnt', 'rdtscp', 'rdrand', 'fsgsbase', 'smap', 'pcid', 'monitor'] as const),
  ...(['xsave', 'xsaveopt', 'clflushopt', 'clwb', 'sse3', 'ssse3', 'sse4.1', 'sse4.2'] as const),
])
