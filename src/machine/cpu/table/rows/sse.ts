import type { RowText } from '../row.ts'

const sse = { fpu: 'sse' } as const
const aligned = { ...sse, aligned: true } as const
const withMmx = { fpu: 'sse-mmx' } as const
const memory = { form: 'memory' } as const
const register = { form: 'register' } as const
const sse3 = { cpuid: 'sse3' } as const
const compare = { ...sse, writes: 'oszapc' } as const

/** Packed and scalar, single and double precision: PS, PD, SS, SD. */
const arithmetic = '51 SQRT, 58 ADD, 59 MUL, 5C SUB, 5D MIN, 5E DIV, 5F MAX'
const logic = '14 UNPCKL, 15 UNPCKH, 54 AND, 55 ANDN, 56 OR, 57 XOR'
const entries = (list: string) => list.split(', ').map((entry) => entry.split(' ') as [string, string])

const packed = (opcode: string, name: string): RowText[] => [
  [`NP 0F ${opcode} /r`, `${name}PS Vx,Wx`, aligned],
  [`66 0F ${opcode} /r`, `${name}PD Vx,Wx`, aligned],
]

const scalar = (opcode: string, name: string): RowText[] => [
  [`F3 0F ${opcode} /r`, `${name}SS Vx,Wd`, sse],
  [`F2 0F ${opcode} /r`, `${name}SD Vx,Wq`, sse],
]

const moves: readonly RowText[] = [
  ['NP 0F 10 /r', 'MOVUPS Vx,Wx', sse],
  ['66 0F 10 /r', 'MOVUPD Vx,Wx', sse],
  ['F3 0F 10 /r', 'MOVSS Vx,Wd', sse],
  ['F2 0F 10 /r', 'MOVSD Vx,Wq', sse],
  ['NP 0F 11 /r', 'MOVUPS Wx,Vx', sse],
  ['66 0F 11 /r', 'MOVUPD Wx,Vx', sse],
  ['F3 0F 11 /r', 'MOVSS Wd,Vx', sse],
  ['F2 0F 11 /r', 'MOVSD Wq,Vx', sse],
  ['NP 0F 12 /r', 'MOVLPS Vx,Mq', { ...sse, ...memory }],
  ['NP 0F 12 /r', 'MOVHLPS Vx,Ux', { ...sse, ...register }],
  ['66 0F 12 /r', 'MOVLPD Vx,Mq', { ...sse, ...memory }],
  ['F3 0F 12 /r', 'MOVSLDUP Vx,Wx', { ...aligned, ...sse3 }],
  ['F2 0F 12 /r', 'MOVDDUP Vx,Wq', { ...sse, ...sse3 }],
  ['NP 0F 13 /r', 'MOVLPS Mq,Vx', { ...sse, ...memory }],
  ['66 0F 13 /r', 'MOVLPD Mq,Vx', { ...sse, ...memory }],
  ['NP 0F 16 /r', 'MOVHPS Vx,Mq', { ...sse, ...memory }],
  ['NP 0F 16 /r', 'MOVLHPS Vx,Ux', { ...sse, ...register }],
  ['66 0F 16 /r', 'MOVHPD Vx,Mq', { ...sse, ...memory }],
  ['F3 0F 16 /r', 'MOVSHDUP Vx,Wx', { ...aligned, ...sse3 }],
  ['NP 0F 17 /r', 'MOVHPS Mq,Vx', { ...sse, ...memory }],
  ['66 0F 17 /r', 'MOVHPD Mq,Vx', { ...sse, ...memory }],
  ...packed('28', 'MOVA'),
  ['NP 0F 29 /r', 'MOVAPS Wx,Vx', aligned],
  ['66 0F 29 /r', 'MOVAPD Wx,Vx', aligned],
  ['NP 0F 2B /r', 'MOVNTPS Mx,Vx', { ...aligned, ...memory }],
  ['66 0F 2B /r', 'MOVNTPD Mx,Vx', { ...aligned, ...memory }],
  ['NP 0F 50 /r', 'MOVMSKPS Gy,Ux', { ...sse, ...register }],
  ['66 0F 50 /r', 'MOVMSKPD Gy,Ux', { ...sse, ...register }],
  // MOVQ with REX.W.
  ['66 0F 6E /r', 'MOVD Vx,Ey', sse],
  ['66 0F 7E /r', 'MOVD Ey,Vx', sse],
  ['F3 0F 7E /r', 'MOVQ Vx,Wq', sse],
  ['66 0F D6 /r', 'MOVQ Ux,Vx', { ...sse, ...register }],
  ['66 0F D6 /r', 'MOVQ Mq,Vx', { ...sse, ...memory }],
  ['F3 0F D6 /r', 'MOVQ2DQ Vx,Nq', { ...withMmx, ...register }],
  ['F2 0F D6 /r', 'MOVDQ2Q Pq,Ux', { ...withMmx, ...register }],
  ['66 0F 6F /r', 'MOVDQA Vx,Wx', aligned],
  ['F3 0F 6F /r', 'MOVDQU Vx,Wx', sse],
  ['66 0F 7F /r', 'MOVDQA Wx,Vx', aligned],
  ['F3 0F 7F /r', 'MOVDQU Wx,Vx', sse],
  ['66 0F D7 /r', 'PMOVMSKB Gy,Ux', { ...sse, ...register }],
  ['66 0F E7 /r', 'MOVNTDQ Mx,Vx', { ...aligned, ...memory }],
  ['F2 0F F0 /r', 'LDDQU Vx,Mx', { ...sse, ...memory, ...sse3 }],
  ['66 0F F7 /r', 'MASKMOVDQU Vx,Ux', { ...sse, ...register }],
]

const conversions: readonly RowText[] = [
  // From memory they have nothing to do with MMX.
  ['NP 0F 2A /r', 'CVTPI2PS Vx,Nq', { ...withMmx, ...register }],
  ['66 0F 2A /r', 'CVTPI2PD Vx,Nq', { ...withMmx, ...register }],
  ['NP 0F 2A /r', 'CVTPI2PS Vx,Mq', { ...sse, ...memory }],
  ['66 0F 2A /r', 'CVTPI2PD Vx,Mq', { ...sse, ...memory }],
  ['F3 0F 2A /r', 'CVTSI2SS Vx,Ey', sse],
  ['F2 0F 2A /r', 'CVTSI2SD Vx,Ey', sse],
  ...['2C CVTT', '2D CVT'].flatMap((entry): RowText[] => {
    const [opcode, name] = entry.split(' ')
    return [
      [`NP 0F ${opcode} /r`, `${name}PS2PI Pq,Wq`, withMmx],
      [`66 0F ${opcode} /r`, `${name}PD2PI Pq,Wx`, { ...withMmx, aligned: true }],
      [`F3 0F ${opcode} /r`, `${name}SS2SI Gy,Wd`, sse],
      [`F2 0F ${opcode} /r`, `${name}SD2SI Gy,Wq`, sse],
    ]
  }),
  ['NP 0F 5A /r', 'CVTPS2PD Vx,Wq', sse],
  ['66 0F 5A /r', 'CVTPD2PS Vx,Wx', aligned],
  ['F3 0F 5A /r', 'CVTSS2SD Vx,Wd', sse],
  ['F2 0F 5A /r', 'CVTSD2SS Vx,Wq', sse],
  ['NP 0F 5B /r', 'CVTDQ2PS Vx,Wx', aligned],
  ['66 0F 5B /r', 'CVTPS2DQ Vx,Wx', aligned],
  ['F3 0F 5B /r', 'CVTTPS2DQ Vx,Wx', aligned],
  ['66 0F E6 /r', 'CVTTPD2DQ Vx,Wx', aligned],
  ['F3 0F E6 /r', 'CVTDQ2PD Vx,Wq', sse],
  ['F2 0F E6 /r', 'CVTPD2DQ Vx,Wx', aligned],
]

const rest: readonly RowText[] = [
  ['NP 0F 2E /r', 'UCOMISS Vx,Wd', compare],
  ['66 0F 2E /r', 'UCOMISD Vx,Wq', compare],
  ['NP 0F 2F /r', 'COMISS Vx,Wd', compare],
  ['66 0F 2F /r', 'COMISD Vx,Wq', compare],
  ['NP 0F 52 /r', 'RSQRTPS Vx,Wx', aligned],
  ['F3 0F 52 /r', 'RSQRTSS Vx,Wd', sse],
  ['NP 0F 53 /r', 'RCPPS Vx,Wx', aligned],
  ['F3 0F 53 /r', 'RCPSS Vx,Wd', sse],
  ['66 0F 6C /r', 'PUNPCKLQDQ Vx,Wx', aligned],
  ['66 0F 6D /r', 'PUNPCKHQDQ Vx,Wx', aligned],
  ['66 0F 70 /r', 'PSHUFD Vx,Wx,Ib', aligned],
  ['F3 0F 70 /r', 'PSHUFHW Vx,Wx,Ib', aligned],
  ['F2 0F 70 /r', 'PSHUFLW Vx,Wx,Ib', aligned],
  ...['7C HADD', '7D HSUB', 'D0 ADDSUB'].flatMap((entry): RowText[] => {
    const [opcode, name] = entry.split(' ')
    return [
      [`66 0F ${opcode} /r`, `${name}PD Vx,Wx`, { ...aligned, ...sse3 }],
      [`F2 0F ${opcode} /r`, `${name}PS Vx,Wx`, { ...aligned, ...sse3 }],
    ]
  }),
  ['NP 0F C2 /r', 'CMPPS Vx,Wx,Ib', aligned],
  ['66 0F C2 /r', 'CMPPD Vx,Wx,Ib', aligned],
  ['F3 0F C2 /r', 'CMPSS Vx,Wd,Ib', sse],
  ['F2 0F C2 /r', 'CMPSD Vx,Wq,Ib', sse],
  ['66 0F C4 /r', 'PINSRW Vx,Ry,Ib', { ...sse, ...register }],
  ['66 0F C4 /r', 'PINSRW Vx,Mw,Ib', { ...sse, ...memory }],
  ['66 0F C5 /r', 'PEXTRW Gy,Ux,Ib', { ...sse, ...register }],
  ['NP 0F C6 /r', 'SHUFPS Vx,Wx,Ib', aligned],
  ['66 0F C6 /r', 'SHUFPD Vx,Wx,Ib', aligned],
]

/** Areas that hold the state of more than one unit, and MXCSR. */
const states: readonly RowText[] = [
  // With REX.W: FXSAVE64 and so on.
  ['NP 0F AE /0', 'FXSAVE Marea', { ...memory, fpu: 'fxsave' }],
  ['NP 0F AE /1', 'FXRSTOR Marea', { ...memory, fpu: 'fxsave' }],
  ['NP 0F AE /2', 'LDMXCSR Md', { ...sse, ...memory, faults: ['#GP(0) for reserved bits'] }],
  ['NP 0F AE /3', 'STMXCSR Md', { ...sse, ...memory }],
  ['NP 0F AE /4', 'XSAVE Marea', { ...memory, fpu: 'xsave', cpuid: 'xsave' }],
  ['NP 0F AE /5', 'XRSTOR Marea', { ...memory, fpu: 'xsave', cpuid: 'xsave' }],
  ['NP 0F AE /6', 'XSAVEOPT Marea', { ...memory, fpu: 'xsave', cpuid: 'xsaveopt' }],
  ['NP 0F C7 /3', 'XRSTORS Marea', { ...memory, fpu: 'xsave', cpuid: 'xsaves', privileged: true }],
  ['NP 0F C7 /4', 'XSAVEC Marea', { ...memory, fpu: 'xsave', cpuid: 'xsavec' }],
  ['NP 0F C7 /5', 'XSAVES Marea', { ...memory, fpu: 'xsave', cpuid: 'xsaves', privileged: true }],
]

export const sseRows: readonly RowText[] = [
  ...entries(arithmetic).flatMap(([opcode, name]) => [...packed(opcode, name), ...scalar(opcode, name)]),
  ...entries(logic).flatMap(([opcode, name]) => packed(opcode, name)),
  ...moves,
  ...conversions,
  ...rest,
  ...states,
]
