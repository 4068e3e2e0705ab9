import type { Instruction } from '../../src/machine/cpu/decode/instruction.ts'
import type { Opinion } from './iced.ts'

export interface Judged {
  readonly bits: number
  readonly bytes: Uint8Array
  readonly ours: Instruction
  readonly theirs: Opinion | null
}

export interface Disagreement {
  readonly why: string
  readonly applies: (judged: Judged) => boolean
}

/** Extensions that the model does not claim: what iced-x86 decodes is #UD, whatever its length. */
const unclaimed: Readonly<Record<string, string>> = {
  ADX: 'not in x86-64-v2',
  AES: 'not in x86-64-v2',
  PCLMULQDQ: 'not in x86-64-v2',
  SHA: 'not in x86-64-v2',
  MOVBE: 'not in x86-64-v2',
  RDPID: 'not in the model',
  RDSEED: 'not in the model',
  PTWRITE: 'not in the model',
  XSAVEC: 'not in the model',
  XSAVES: 'not in the model',
  RTM: 'not in the model',
  HLE_or_RTM: 'not in the model',
  VMX: 'not in the model',
  SMX: 'not in the model',
  OSS: 'ENCLV: not in the model',
  SGX1: 'not in the model',
  TDX: 'not in the model',
  CET_SS: 'not in the model',
  WAITPKG: 'not in the model',
  SERIALIZE: 'not in the model',
  PCONFIG: 'not in the model',
  WRMSRNS: 'not in the model',
  MSRLIST: 'not in the model',
  FRED: 'not in the model',
  LKGS: 'not in the model',
  UINTR: 'not in the model',
  TSXLDTRK: 'not in the model',
  HRESET: 'not in the model',
  ENQCMD: 'not in the model',
  MOVDIRI: 'not in the model',
  MOVDIR64B: 'not in the model',
  GFNI: 'not in the model',
  KL: 'not in the model',
  AESKLE: 'not in the model',
  RAO_INT: 'not in the model',
  TSE: 'not in the model',
  SSE4A: 'AMD',
  SVM: 'AMD',
  SKINIT_or_SVM: 'AMD',
  SEV_ES: 'AMD',
  SEV_SNP: 'AMD',
  RMPQUERY: 'AMD',
  MONITORX: 'AMD',
  CLZERO: 'AMD',
  MCOMMIT: 'AMD',
  RDPRU: 'AMD',
  INVLPGB: 'AMD',
  D3NOW: 'AMD',
  D3NOWEXT: 'AMD',
  PADLOCK_ACE: 'VIA',
  PADLOCK_PHE: 'VIA',
  PADLOCK_PMM: 'VIA',
  PADLOCK_RNG: 'VIA',
  PADLOCK_GMI: 'VIA',
  PADLOCK_UNDOC: 'VIA',
}

const isUndefined = ({ verdict, row }: Instruction) => verdict === 'undefined' && !row?.facts.alwaysUndefined

const byFeature = Object.entries(unclaimed).map(
  ([feature, why]): Disagreement => ({
    why: `${feature}: ${why}`,
    applies: ({ ours, theirs }) => isUndefined(ours) && theirs?.features.includes(feature) === true,
  }),
)

/** Where our decoder and iced-x86 differ, and why ours is right for this processor. */
export const disagreements: readonly Disagreement[] = [
  {
    why: 'VEX, EVEX and XOP: without AVX they are LES, LDS, BOUND and POP with no such form',
    applies: ({ ours }) => isUndefined(ours) && [0xc4, 0xc5, 0x62, 0x8f].includes(ours.opcode),
  },
  ...byFeature,
  {
    why: 'SYSCALL and SYSRET exist outside of 64-bit mode on AMD only (SDM volume 2, SYSCALL)',
    applies: ({ bits, ours, theirs }) =>
      bits !== 64 && isUndefined(ours) && theirs?.features.includes('SYSCALL') === true,
  },
  {
    why: 'F3 REX.B 90 exchanges R8 and rAX on silicon (test/oracle/vectors); iced-x86 calls it PAUSE',
    applies: ({ ours, theirs }) => ours.opcode === 0x90 && theirs?.text === 'pause' && ours.rm === 8,
  },
]
