import type { RowText } from '../row.ts'

const memory = { form: 'memory' } as const
const register = { form: 'register' } as const

/** What the processor may take note of and programs cannot see. */
export const hints: readonly RowText[] = [
  ...[0, 1, 2, 3].map((digit): RowText => [`0F 18 /${digit}`, 'PREFETCH Mb', memory]),
  // PREFETCHW, which the model does not claim.
  ['0F 0D /r', 'NOP Ev'],
  // The space of hints, where ENDBR32 and ENDBR64 are too (0F 1E FB, 0F 1E FA).
  ...['18', '19', '1A', '1B', '1C', '1D', '1E', '1F'].map((opcode): RowText => [`0F ${opcode} /r`, 'NOP Ev']),
  ['NP 0F AE /5', 'LFENCE', register],
  ['NP 0F AE /6', 'MFENCE', register],
  ['NP 0F AE /7', 'SFENCE', register],
  ['NP 0F AE /7', 'CLFLUSH Mb', memory],
  ['66 0F AE /7', 'CLFLUSHOPT Mb', { ...memory, cpuid: 'clflushopt' }],
  ['66 0F AE /6', 'CLWB Mb', { ...memory, cpuid: 'clwb' }],
  ['0F 0B', 'UD2', { alwaysUndefined: true }],
  ['0F B9 /r', 'UD1 Gv,Ev', { alwaysUndefined: true }],
  ['0F FF /r', 'UD0 Gv,Ev', { alwaysUndefined: true }],
]
