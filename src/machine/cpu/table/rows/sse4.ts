import type { Feature } from '../features.ts'
import type { Facts, RowText } from '../row.ts'

const memory = { form: 'memory' } as const
const register = { form: 'register' } as const
const sse41 = { fpu: 'sse', cpuid: 'sse4.1' } as const
const strings = { fpu: 'sse', cpuid: 'sse4.2', writes: 'oszapc' } as const

/** `opcode mnemonic` with a mandatory prefix and `Vx,Wx`. */
function listed(encoding: string, list: string, facts: Facts, immediate = ''): RowText[] {
  return list.split(', ').map((entry): RowText => {
    const [opcode = '', name = ''] = entry.trim().split(' ')
    return [`${encoding} ${opcode} /r`, `${name} Vx,Wx${immediate}`, facts]
  })
}

const aligned = (cpuid: Feature) => ({ fpu: 'sse', aligned: true, cpuid }) as const

const plain41 = [
  '10 PBLENDVB, 14 BLENDVPS, 15 BLENDVPD, 28 PMULDQ, 29 PCMPEQQ, 2B PACKUSDW',
  '38 PMINSB, 39 PMINSD, 3A PMINUW, 3B PMINUD, 3C PMAXSB, 3D PMAXSD, 3E PMAXUW, 3F PMAXUD',
  '40 PMULLD, 41 PHMINPOSUW',
].join(', ')

const immediate41 = '08 ROUNDPS, 09 ROUNDPD, 0C BLENDPS, 0D BLENDPD, 0E PBLENDW, 40 DPPS, 41 DPPD, 42 MPSADBW'

/** Sign and zero extension: from the lowest bytes of the source. */
const extensions = (['BW q', 'BD d', 'BQ w', 'WD q', 'WQ d', 'DQ q'] as const).flatMap((entry, index) => {
  const [name, size] = entry.split(' ')
  return [
    [`66 0F 38 2${index} /r`, `PMOVSX${name} Vx,W${size}`, sse41],
    [`66 0F 38 3${index} /r`, `PMOVZX${name} Vx,W${size}`, sse41],
  ] satisfies RowText[]
})

/** A register as wide as it is, or less of memory. */
const elements = (
  [
    ['14', 'PEXTRB', 'Mb'],
    ['15', 'PEXTRW', 'Mw'],
    ['17', 'EXTRACTPS', 'Md'],
  ] as const
).flatMap(([opcode, name, size]): RowText[] => [
  [`66 0F 3A ${opcode} /r`, `${name} Ry,Vx,Ib`, { ...sse41, ...register }],
  [`66 0F 3A ${opcode} /r`, `${name} ${size},Vx,Ib`, { ...sse41, ...memory }],
])

export const sse4Rows: readonly RowText[] = [
  ...listed('66 0F 38', plain41, aligned('sse4.1')),
  ...listed('66 0F 3A', immediate41, aligned('sse4.1'), ',Ib'),
  ...extensions,
  ...elements,
  ['66 0F 38 17 /r', 'PTEST Vx,Wx', { ...aligned('sse4.1'), writes: 'oszapc' }],
  ['66 0F 38 2A /r', 'MOVNTDQA Vx,Mx', { ...aligned('sse4.1'), ...memory }],
  ['66 0F 3A 0A /r', 'ROUNDSS Vx,Wd,Ib', sse41],
  ['66 0F 3A 0B /r', 'ROUNDSD Vx,Wq,Ib', sse41],
  // PEXTRQ and PINSRQ with REX.W.
  ['66 0F 3A 16 /r', 'PEXTRD Ey,Vx,Ib', sse41],
  ['66 0F 3A 20 /r', 'PINSRB Vx,Ry,Ib', { ...sse41, ...register }],
  ['66 0F 3A 20 /r', 'PINSRB Vx,Mb,Ib', { ...sse41, ...memory }],
  ['66 0F 3A 21 /r', 'INSERTPS Vx,Ux,Ib', { ...sse41, ...register }],
  ['66 0F 3A 21 /r', 'INSERTPS Vx,Md,Ib', { ...sse41, ...memory }],
  ['66 0F 3A 22 /r', 'PINSRD Vx,Ey,Ib', sse41],
  ['66 0F 38 37 /r', 'PCMPGTQ Vx,Wx', aligned('sse4.2')],
  // Strings need not be aligned.
  ...listed('66 0F 3A', '60 PCMPESTRM, 61 PCMPESTRI', { ...strings, sized: true }, ',Ib'),
  ...listed('66 0F 3A', '62 PCMPISTRM, 63 PCMPISTRI', strings, ',Ib'),
  ...listed('66 0F 38', 'DB AESIMC, DC AESENC, DD AESENCLAST, DE AESDEC, DF AESDECLAST', aligned('aes')),
  ['66 0F 3A DF /r', 'AESKEYGENASSIST Vx,Wx,Ib', aligned('aes')],
  ['66 0F 3A 44 /r', 'PCLMULQDQ Vx,Wx,Ib', aligned('pclmulqdq')],
  ...listed('NP 0F 38', 'C8 SHA1NEXTE, C9 SHA1MSG1, CA SHA1MSG2, CB SHA256RNDS2', aligned('sha-ni')),
  ...listed('NP 0F 38', 'CC SHA256MSG1, CD SHA256MSG2', aligned('sha-ni')),
  ['NP 0F 3A CC /r', 'SHA1RNDS4 Vx,Wx,Ib', aligned('sha-ni')],
]
