import type { Feature } from '../features.ts'
import type { RowText } from '../row.ts'

const mmx = { fpu: 'mmx' } as const
const sse = { fpu: 'sse' } as const
const register = { form: 'register' } as const

/** `opcode mnemonic`: with MMX registers, and with XMM registers behind a 66. */
const both = `
  60 PUNPCKLBW, 61 PUNPCKLWD, 62 PUNPCKLDQ, 63 PACKSSWB, 64 PCMPGTB, 65 PCMPGTW, 66 PCMPGTD, 67 PACKUSWB,
  68 PUNPCKHBW, 69 PUNPCKHWD, 6A PUNPCKHDQ, 6B PACKSSDW, 74 PCMPEQB, 75 PCMPEQW, 76 PCMPEQD,
  D1 PSRLW, D2 PSRLD, D3 PSRLQ, D4 PADDQ, D5 PMULLW, D8 PSUBUSB, D9 PSUBUSW, DA PMINUB, DB PAND,
  DC PADDUSB, DD PADDUSW, DE PMAXUB, DF PANDN, E0 PAVGB, E1 PSRAW, E2 PSRAD, E3 PAVGW, E4 PMULHUW,
  E5 PMULHW, E8 PSUBSB, E9 PSUBSW, EA PMINSW, EB POR, EC PADDSB, ED PADDSW, EE PMAXSW, EF PXOR,
  F1 PSLLW, F2 PSLLD, F3 PSLLQ, F4 PMULUDQ, F5 PMADDWD, F6 PSADBW, F8 PSUBB, F9 PSUBW, FA PSUBD,
  FB PSUBQ, FC PADDB, FD PADDW, FE PADDD`

const bothInSsse3 = `
  00 PSHUFB, 01 PHADDW, 02 PHADDD, 03 PHADDSW, 04 PMADDUBSW, 05 PHSUBW, 06 PHSUBD, 07 PHSUBSW, 08 PSIGNB,
  09 PSIGNW, 0A PSIGND, 0B PMULHRSW, 1C PABSB, 1D PABSW, 1E PABSD`

function pairs(map: string, list: string, cpuid?: Feature): RowText[] {
  const more = cpuid ? { cpuid } : {}
  return list.split(',').flatMap((entry): RowText[] => {
    const [opcode = '', name = ''] = entry.trim().split(' ')
    // The low halves of MMX registers are interleaved: memory has no more than these.
    const low = name.startsWith('PUNPCKL') ? 'Qd' : 'Qq'
    return [
      [`NP ${map} ${opcode} /r`, `${name} Pq,${low}`, { ...mmx, ...more }],
      [`66 ${map} ${opcode} /r`, `${name} Vx,Wx`, { ...sse, aligned: true, ...more }],
    ]
  })
}

/** Shifts by an immediate: groups 12 to 14. */
const shifts = (
  [
    ['71', 2, 'PSRLW'],
    ['71', 4, 'PSRAW'],
    ['71', 6, 'PSLLW'],
    ['72', 2, 'PSRLD'],
    ['72', 4, 'PSRAD'],
    ['72', 6, 'PSLLD'],
    ['73', 2, 'PSRLQ'],
    ['73', 6, 'PSLLQ'],
  ] as const
).flatMap(([opcode, digit, name]): RowText[] => [
  [`NP 0F ${opcode} /${digit}`, `${name} Nq,Ib`, { ...mmx, ...register }],
  [`66 0F ${opcode} /${digit}`, `${name} Ux,Ib`, { ...sse, ...register }],
])

/** Rows with MMX registers, each beside its twin with XMM registers where there is one. */
export const mmxRows: readonly RowText[] = [
  ...pairs('0F', both),
  ...pairs('0F 38', bothInSsse3, 'ssse3'),
  ...shifts,
  ['66 0F 73 /3', 'PSRLDQ Ux,Ib', { ...sse, ...register }],
  ['66 0F 73 /7', 'PSLLDQ Ux,Ib', { ...sse, ...register }],
  ['NP 0F 3A 0F /r', 'PALIGNR Pq,Qq,Ib', { ...mmx, cpuid: 'ssse3' }],
  ['66 0F 3A 0F /r', 'PALIGNR Vx,Wx,Ib', { ...sse, aligned: true, cpuid: 'ssse3' }],
  // MOVQ with REX.W.
  ['NP 0F 6E /r', 'MOVD Pq,Ey', mmx],
  ['NP 0F 7E /r', 'MOVD Ey,Pq', mmx],
  ['NP 0F 6F /r', 'MOVQ Pq,Qq', mmx],
  ['NP 0F 7F /r', 'MOVQ Qq,Pq', mmx],
  ['NP 0F 70 /r', 'PSHUFW Pq,Qq,Ib', mmx],
  ['NP 0F 77', 'EMMS', mmx],
  ['NP 0F C4 /r', 'PINSRW Pq,Ry,Ib', { ...mmx, ...register }],
  ['NP 0F C4 /r', 'PINSRW Pq,Mw,Ib', { ...mmx, form: 'memory' }],
  ['NP 0F C5 /r', 'PEXTRW Gy,Nq,Ib', { ...mmx, ...register }],
  ['NP 0F D7 /r', 'PMOVMSKB Gy,Nq', { ...mmx, ...register }],
  ['NP 0F E7 /r', 'MOVNTQ Mq,Pq', { ...mmx, form: 'memory' }],
  ['NP 0F F7 /r', 'MASKMOVQ Pq,Nq', { ...mmx, ...register }],
]
