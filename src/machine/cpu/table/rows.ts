import { parseRow, type Row, type RowText } from './row.ts'

const arithmeticFlags = { writes: 'oszapc' }
const logicFlags = { writes: 'oszapc', undefined: 'a' }
const hex = (value: number) => value.toString(16).toUpperCase().padStart(2, '0')

/** The eight operations that fill 00 to 3D, and 80 to 83. */
const arithmetic = ['ADD', 'OR', 'ADC', 'SBB', 'AND', 'SUB', 'XOR', 'CMP'].flatMap(
  (name, index): RowText[] => {
    const flags = ['OR', 'AND', 'XOR'].includes(name) ? logicFlags : arithmeticFlags
    const facts = { ...flags, ...(['ADC', 'SBB'].includes(name) && { reads: 'c' }) }
    const lockable = { ...facts, lock: name !== 'CMP' }
    const at = (offset: number) => hex(index * 8 + offset)
    return [
      [`${at(0)} /r`, `${name} Eb,Gb`, lockable],
      [`${at(1)} /r`, `${name} Ev,Gv`, lockable],
      [`${at(2)} /r`, `${name} Gb,Eb`, facts],
      [`${at(3)} /r`, `${name} Gv,Ev`, facts],
      [at(4), `${name} AL,Ib`, facts],
      [at(5), `${name} rAX,Iz`, facts],
      [`80 /${index}`, `${name} Eb,Ib`, lockable],
      [`81 /${index}`, `${name} Ev,Iz`, lockable],
      [`82 /${index}`, `${name} Eb,Ib`, { ...lockable, only: 'legacy' }],
      [`83 /${index}`, `${name} Ev,Is`, lockable],
    ]
  },
)

const rotateFlags = { writes: 'oc', undefined: 'o' }
const shiftFlags = { writes: 'oszapc', undefined: 'oa' }
const shifts = (
  [
    ['ROL', 0, rotateFlags],
    ['ROR', 1, rotateFlags],
    ['SHL', 4, shiftFlags],
    ['SHR', 5, shiftFlags],
    ['SHL', 6, shiftFlags],
    ['SAR', 7, shiftFlags],
  ] as const
).flatMap(([name, digit, facts]): RowText[] => [
  [`C0 /${digit}`, `${name} Eb,Ib`, facts],
  [`C1 /${digit}`, `${name} Ev,Ib`, facts],
  // OF is defined for a single step.
  [`D0 /${digit}`, `${name} Eb,1`, { ...facts, undefined: facts.undefined.slice(1) }],
  [`D1 /${digit}`, `${name} Ev,1`, { ...facts, undefined: facts.undefined.slice(1) }],
  [`D2 /${digit}`, `${name} Eb,CL`, facts],
  [`D3 /${digit}`, `${name} Ev,CL`, facts],
])

const lock = { lock: true }
const incFlags = { writes: 'oszap' }
const multiplyFlags = { writes: 'oc', undefined: 'szap' }
const divideFlags = { undefined: 'oszapc' }

const unary: readonly RowText[] = [
  ['FE /0', 'INC Eb', { ...incFlags, ...lock }],
  ['FE /1', 'DEC Eb', { ...incFlags, ...lock }],
  ['FF /0', 'INC Ev', { ...incFlags, ...lock }],
  ['FF /1', 'DEC Ev', { ...incFlags, ...lock }],
  ['40+r', 'INC Zv', { ...incFlags, only: 'legacy' }],
  ['48+r', 'DEC Zv', { ...incFlags, only: 'legacy' }],
  ['F6 /2', 'NOT Eb', lock],
  ['F7 /2', 'NOT Ev', lock],
  ['F6 /3', 'NEG Eb', { ...arithmeticFlags, ...lock }],
  ['F7 /3', 'NEG Ev', { ...arithmeticFlags, ...lock }],
  ['F6 /4', 'MUL Eb', multiplyFlags],
  ['F7 /4', 'MUL Ev', multiplyFlags],
  ['F6 /5', 'IMUL Eb', multiplyFlags],
  ['F7 /5', 'IMUL Ev', multiplyFlags],
  ['F6 /6', 'DIV Eb', divideFlags],
  ['F7 /6', 'DIV Ev', divideFlags],
  ['F6 /7', 'IDIV Eb', divideFlags],
  ['F7 /7', 'IDIV Ev', divideFlags],
  ['0F AF /r', 'IMUL Gv,Ev', multiplyFlags],
  ['69 /r', 'IMUL Gv,Ev,Iz', multiplyFlags],
  ['6B /r', 'IMUL Gv,Ev,Is', multiplyFlags],
  ['0F C8+r', 'BSWAP Zv'],
]

const moves: readonly RowText[] = [
  ['88 /r', 'MOV Eb,Gb'],
  ['89 /r', 'MOV Ev,Gv'],
  ['8A /r', 'MOV Gb,Eb'],
  ['8B /r', 'MOV Gv,Ev'],
  ['C6 /0', 'MOV Eb,Ib'],
  ['C7 /0', 'MOV Ev,Iz'],
  ['B0+r', 'MOV Zb,Ib'],
  ['B8+r', 'MOV Zv,Iv'],
  ['A0', 'MOV AL,Ob'],
  ['A1', 'MOV rAX,Ov'],
  ['A2', 'MOV Ob,AL'],
  ['A3', 'MOV Ov,rAX'],
  ['0F B6 /r', 'MOVZX Gv,Eb'],
  ['0F B7 /r', 'MOVZX Gv,Ew'],
  ['0F BE /r', 'MOVSX Gv,Eb'],
  ['0F BF /r', 'MOVSX Gv,Ew'],
  ['63 /r', 'MOVSXD Gv,Ez', { only: 'long' }],
  ['8D /r', 'LEA Gv,M', { form: 'memory' }],
  ['86 /r', 'XCHG Eb,Gb', lock],
  ['87 /r', 'XCHG Ev,Gv', lock],
  ['90', 'NOP', { prefix: 'none' }],
  ['90', 'PAUSE', { prefix: 'f3' }],
  ['90+r', 'XCHG Zv,rAX'],
  ['0F 1F /0', 'NOP Ev'],
  ['98', 'CBW rAX'],
  ['99', 'CWD rAX'],
  ['84 /r', 'TEST Eb,Gb', logicFlags],
  ['85 /r', 'TEST Ev,Gv', logicFlags],
  ['A8', 'TEST AL,Ib', logicFlags],
  ['A9', 'TEST rAX,Iz', logicFlags],
  ...[0, 1].flatMap((digit): RowText[] => [
    [`F6 /${digit}`, 'TEST Eb,Ib', logicFlags],
    [`F7 /${digit}`, 'TEST Ev,Iz', logicFlags],
  ]),
  ['0F 40+cc /r', 'CMOVcc Gv,Ev', { reads: 'oszpc' }],
  ['0F 90+cc /r', 'SETcc Eb', { reads: 'oszpc' }],
]

const stack = { in64: 'default64' } as const
const near = { in64: 'forced64' } as const

const control: readonly RowText[] = [
  ['50+r', 'PUSH Zv', stack],
  ['58+r', 'POP Zv', stack],
  ['68', 'PUSH Iz', stack],
  ['6A', 'PUSH Is', stack],
  ['FF /6', 'PUSH Ev', stack],
  ['8F /0', 'POP Ev', stack],
  ['70+cc', 'Jcc Jb', { ...near, reads: 'oszpc' }],
  ['0F 80+cc', 'Jcc Jz', { ...near, reads: 'oszpc' }],
  ['EB', 'JMP Jb', near],
  ['E9', 'JMP Jz', near],
  ['FF /4', 'JMP Ev', near],
  ['EA', 'JMPF Ap', { only: 'legacy' }],
  ['E8', 'CALL Jz', near],
  ['FF /2', 'CALL Ev', near],
  ['C3', 'RET', near],
  ['C2', 'RET Iw', near],
  ['F8', 'CLC', { writes: 'c' }],
  ['F9', 'STC', { writes: 'c' }],
  ['F5', 'CMC', { reads: 'c', writes: 'c' }],
  ['FC', 'CLD', { writes: 'd' }],
  ['FD', 'STD', { writes: 'd' }],
]

const strings: readonly RowText[] = [
  ['A4', 'MOVS Yb,Xb', { repeat: 'count', reads: 'd' }],
  ['A5', 'MOVS Yv,Xv', { repeat: 'count', reads: 'd' }],
  ['A6', 'CMPS Xb,Yb', { repeat: 'compare', reads: 'd', ...arithmeticFlags }],
  ['A7', 'CMPS Xv,Yv', { repeat: 'compare', reads: 'd', ...arithmeticFlags }],
  ['AA', 'STOS Yb,AL', { repeat: 'count', reads: 'd' }],
  ['AB', 'STOS Yv,rAX', { repeat: 'count', reads: 'd' }],
  ['AC', 'LODS AL,Xb', { repeat: 'count', reads: 'd' }],
  ['AD', 'LODS rAX,Xv', { repeat: 'count', reads: 'd' }],
  ['AE', 'SCAS AL,Yb', { repeat: 'compare', reads: 'd', ...arithmeticFlags }],
  ['AF', 'SCAS rAX,Yv', { repeat: 'compare', reads: 'd', ...arithmeticFlags }],
]

const privileged = { privileged: true }

const system: readonly RowText[] = [
  ['E4', 'IN AL,Ib'],
  ['E5', 'IN eAX,Ib'],
  ['EC', 'IN AL,DX'],
  ['ED', 'IN eAX,DX'],
  ['E6', 'OUT Ib,AL'],
  ['E7', 'OUT Ib,eAX'],
  ['EE', 'OUT DX,AL'],
  ['EF', 'OUT DX,eAX'],
  ['F4', 'HLT', privileged],
  ['FA', 'CLI', { writes: 'i' }],
  ['FB', 'STI', { writes: 'i' }],
  ['8E /r', 'MOV Sw,Ew'],
  ['0F 20 /r', 'MOV Ry,Cy', privileged],
  ['0F 22 /r', 'MOV Cy,Ry', privileged],
  ['0F 01 /2', 'LGDT Ms', { form: 'memory', ...near, ...privileged }],
  ['0F 01 /3', 'LIDT Ms', { form: 'memory', ...near, ...privileged }],
  ['0F 01 /7', 'INVLPG Mb', { form: 'memory', ...privileged }],
  ['0F 30', 'WRMSR', privileged],
  ['0F 32', 'RDMSR', privileged],
  ['0F A2', 'CPUID'],
]

/** Every encoding that the CPU knows, each named once. Where two rows match, the earlier one wins. */
export const rows: readonly Row[] = [
  ...arithmetic,
  ...shifts,
  ...unary,
  ...moves,
  ...control,
  ...strings,
  ...system,
].map(parseRow)
