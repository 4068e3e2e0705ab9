import type { Probe, ProbeGroup } from '../probe.ts'
import { one, some, through } from './float-area.ts'

const [ts, am] = [8, 0x4_0000]
const paged = 0x8001_0011
const invalid = { control: 0x37e, status: 0x3881 }

/** Instructions that read MMX registers, or move between both files: what they leave of x87. */
const states = [
  ['MOVQ2DQ', 'movq2dq xmm1, mm2'],
  ['MOVDQ2Q', 'movdq2q mm1, xmm2'],
  ['MOVD to MMX', 'movd mm1, eax'],
  ['MOVD from MMX', 'movd eax, mm1'],
  ['MOVQ of a register', 'movq mm1, mm2'],
  ['MOVQ to memory', 'movq [data + 0x100], mm2'],
  ['MOVNTQ', 'movntq [data + 0x100], mm2'],
  ['MASKMOVQ', 'mov edi, data + 0x100; maskmovq mm1, mm2'],
  ['PMOVMSKB', 'pmovmskb eax, mm1'],
  ['PEXTRW', 'pextrw eax, mm1, 2'],
  ['PINSRW', 'pinsrw mm1, eax, 2'],
  ['PSHUFW', 'pshufw mm1, mm2, 0x1b'],
  ['PSHUFB', 'pshufb mm1, mm2'],
  ['PALIGNR', 'palignr mm1, mm2, 3'],
  ['PUNPCKLBW', 'punpcklbw mm1, mm2'],
  ['PACKSSDW', 'packssdw mm1, mm2'],
].map(([name, code]) =>
  through(`${name} leaves x87`, 'long64', 0, { code: `fxrstor [data]; ${code}; fxsave [data2]` }),
)

/** The page is looked for although nothing would be written. */
const missing = 'mov rdi, 0x7fff00000000'
const atEnd = 'mov rdi, test_region_long + 0xff8'
const none = 'pxor xmm1, xmm1; pxor mm1, mm1'

const masked = [
  one('MASKMOVDQU of nothing to a missing page', 'long64', `${missing}; ${none}; maskmovdqu xmm0, xmm1`),
  one('MASKMOVDQU of nothing over the end', 'long64', `${atEnd}; ${none}; maskmovdqu xmm0, xmm1`),
  one('MASKMOVDQU not canonical', 'long64', `mov rdi, 1 << 47; ${none}; maskmovdqu xmm0, xmm1`),
  one('MASKMOVQ of nothing to a missing page', 'long64', `${missing}; ${none}; maskmovq mm0, mm1`),
  one('MASKMOVDQU past a limit', 'prot16', `mov edi, 0xfff1; ${none}; a32 maskmovdqu xmm0, xmm1`),
  one('MASKMOVQ past a limit', 'prot16', `mov edi, 0xfff9; ${none}; a32 maskmovq mm0, mm1`),
  one('MASKMOVDQU past the limit of SS', 'prot16', `mov edi, 0xfff1; ${none}; ss a32 maskmovdqu xmm0, xmm1`),
  one('MASKMOVDQU to a code segment', 'prot32', `mov edi, data; ${none}; cs maskmovdqu xmm0, xmm1`),
  through('MASKMOVQ with an exception pending', 'long64', 0, {
    given: { ...some, ...invalid },
    cr0: paged | 0x20,
    code: `fxrstor [data]; ${missing}; maskmovq mm0, mm1`,
  }),
]

const atLevel3 = { flags: 0x4_0002, cr0: paged | am }
const aligned = (what: string, code: string, more: Partial<Probe> = {}) =>
  one(`${what} with AC`, 'long64u', code, { ...atLevel3, ...more })

const alignment = [
  aligned('MASKMOVDQU at 8', `mov edi, data + 8; ${none}; maskmovdqu xmm0, xmm1`),
  aligned('MASKMOVDQU at 4', `mov edi, data + 4; ${none}; maskmovdqu xmm0, xmm1`),
  aligned('MOVHPS at 8', 'movhps xmm0, [data + 8]'),
  aligned('MOVHPS at 4', 'movhps xmm0, [data + 4]'),
  aligned('PINSRW at 2', 'pinsrw xmm0, [data + 2], 1'),
  aligned('PINSRW at 1', 'pinsrw xmm0, [data + 1], 1'),
  aligned('PEXTRD at 2', 'pextrd [data + 2], xmm0, 1'),
  aligned('PUNPCKLBW of MMX at 4', 'punpcklbw mm0, [data + 4]'),
  aligned('PMOVZXBQ at 1', 'pmovzxbq xmm0, [data + 1]'),
]

/** What has to be aligned, whatever CR0.AM says, and what has not. */
const always = [
  ['MOVNTDQA at 8', 'movntdqa xmm0, [data + 8]'],
  ['MOVNTPS at 8', 'movntps [data + 8], xmm0'],
  ['LDDQU at 1', 'lddqu xmm0, [data + 1]'],
  ['PCMPISTRI at 1', 'pcmpistri xmm0, [data + 1], 0'],
  ['PCMPESTRM at 1', 'pcmpestrm xmm0, [data + 1], 0'],
  ['PSHUFB at 8', 'pshufb xmm0, [data + 8]'],
  ['PBLENDVB at 8', 'pblendvb xmm0, [data + 8]'],
  ['INSERTPS at 1', 'insertps xmm0, [data + 1], 0'],
  ['PMOVSXBW at 1', 'pmovsxbw xmm0, [data + 1]'],
].map(([name, code]) => one(`${name}`, 'long64', `${code}`))

const pages = [
  one('MOVHPS over the end', 'long64', 'mov rdi, test_region_long; movhps [rdi + 0xffc], xmm0'),
  one('MOVUPS over the end', 'long64', 'mov rdi, test_region_long; movups [rdi + 0xff8], xmm0'),
  one('PEXTRB to a missing page', 'long64', `${missing}; pextrb [rdi], xmm0, 3`),
  one('MOVNTPS at 8 of a missing page', 'long64', `${missing}; movntps [rdi + 8], xmm0`),
]

/** #UD for the form comes before #NM. */
const reserved = [
  ['MOVNTPS of registers', '15, 0x2b, 0xc1'],
  ['MOVLPS to a register', '15, 0x13, 0xc1'],
  ['MOVLPD of registers', '0x66, 15, 0x12, 0xc1'],
  ['MOVNTQ of registers', '15, 0xe7, 0xc1'],
  ['MOVNTDQ of registers', '0x66, 15, 0xe7, 0xc1'],
  ['LDDQU of registers', '0xf2, 15, 0xf0, 0xc1'],
  ['MOVNTDQA of registers', '0x66, 15, 0x38, 0x2a, 0xc1'],
  ['MOVMSKPS of memory', '15, 0x50, 0x03'],
  ['MASKMOVQ of memory', '15, 0xf7, 0x03'],
  ['MOVQ2DQ of memory', '0xf3, 15, 0xd6, 0x03'],
].map(([name, bytes]) => one(`${name} with TS`, 'long64', `db ${bytes}`, { cr0: paged | ts }))

export const vectorMoves: ProbeGroup = {
  name: 'vector-moves',
  manual: 'Vol. 1 9, 10.4, 11.4; Vol. 2 MASKMOVDQU, MASKMOVQ, MOVNTDQA, PCMPISTRI, appendix A',
  probes: [...states, ...masked, ...alignment, ...always, ...pages, ...reserved],
}
