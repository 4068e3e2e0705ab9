import type { Facts, RowText } from '../row.ts'

const x87 = { fpu: 'x87' } as const
/** Not kept waiting by an exception of the instruction before. */
const control = { fpu: 'x87-control' } as const
const memory = { form: 'memory' } as const
const compare = { ...x87, writes: 'oszapc' } as const
const conditional = { ...x87, reads: 'zpc' } as const

const hex = (value: number) => value.toString(16).toUpperCase()

/** Memory forms of one opcode: `/digit`, by position. */
function inMemory(opcode: string, texts: readonly (string | null)[], facts: Facts): RowText[] {
  return texts.flatMap((text, digit): RowText[] =>
    text === null ? [] : [[`${opcode} /${digit}`, text, { ...facts, ...memory }]],
  )
}

/** Register forms of one opcode with ST(i), by ModRM.reg. */
function onStack(opcode: string, operands: string, names: readonly (string | null)[]): RowText[] {
  return names.flatMap((name, digit): RowText[] =>
    name === null ? [] : [[`${opcode} ${hex(0xc0 + 8 * digit)}+i`, `${name} ${operands}`, x87]],
  )
}

/** Register forms that take all of ModRM, from one byte on. */
function from(opcode: string, first: number, names: readonly (string | null)[]): RowText[] {
  return names.flatMap((name, index): RowText[] =>
    name === null ? [] : [[`${opcode} ${hex(first + index)}`, name, x87]],
  )
}

const operations = ['FADD', 'FMUL', 'FCOM', 'FCOMP', 'FSUB', 'FSUBR', 'FDIV', 'FDIVR']
const integers = operations.map((name) => `FI${name.slice(1)}`)
const withOperand = (names: readonly string[], operand: string) => names.map((name) => `${name} ${operand}`)

/** D9 D0 to FF: constants, transcendental functions and the like. */
const functions: readonly RowText[] = [
  ['D9 D0', 'FNOP', x87],
  ...from('D9', 0xe0, ['FCHS', 'FABS', null, null, 'FTST', 'FXAM']),
  ...from('D9', 0xe8, ['FLD1', 'FLDL2T', 'FLDL2E', 'FLDPI', 'FLDLG2', 'FLDLN2', 'FLDZ']),
  ...from('D9', 0xf0, ['F2XM1', 'FYL2X', 'FPTAN', 'FPATAN', 'FXTRACT', 'FPREM1', 'FDECSTP', 'FINCSTP']),
  ...from('D9', 0xf8, ['FPREM', 'FYL2XP1', 'FSQRT', 'FSINCOS', 'FRNDINT', 'FSCALE', 'FSIN', 'FCOS']),
]

const controls: readonly RowText[] = [
  ['9B', 'WAIT', { fpu: 'wait' }],
  ['D9 /4', 'FLDENV Menv', { ...x87, ...memory }],
  ['D9 /5', 'FLDCW Mw', { ...x87, ...memory }],
  ['D9 /6', 'FNSTENV Menv', { ...control, ...memory }],
  ['D9 /7', 'FNSTCW Mw', { ...control, ...memory }],
  ['DD /4', 'FRSTOR Marea', { ...x87, ...memory }],
  ['DD /6', 'FNSAVE Marea', { ...control, ...memory }],
  ['DD /7', 'FNSTSW Mw', { ...control, ...memory }],
  ['DF E0', 'FNSTSW AX', control],
  // Of the 8087 and the 287: nothing happens.
  ['DB E0', 'FNENI', control],
  ['DB E1', 'FNDISI', control],
  ['DB E2', 'FNCLEX', control],
  ['DB E3', 'FNINIT', control],
  ['DB E4', 'FNSETPM', control],
]

const moves: readonly RowText[] = [
  ...onStack('D9', 'ST0,STi', [null, 'FXCH']),
  ...onStack('D9', 'STi', ['FLD']),
  // As FSTP, but an empty register is no exception; not in the manual.
  ['D9 D8+i', 'FSTPNCE STi', x87],
  ...inMemory('D9', ['FLD Md', null, 'FST Md', 'FSTP Md'], x87),
  ...inMemory('DB', ['FILD Md', 'FISTTP Md', 'FIST Md', 'FISTP Md', null, 'FLD Mt', null, 'FSTP Mt'], x87),
  ...inMemory('DD', ['FLD Mq', 'FISTTP Mq', 'FST Mq', 'FSTP Mq'], x87),
  ...onStack('DD', 'STi', ['FFREE', null, 'FST', 'FSTP']),
  ['DD C8+i', 'FXCH ST0,STi', x87],
  ...inMemory('DF', ['FILD Mw', 'FISTTP Mw', 'FIST Mw', 'FISTP Mw'], x87),
  ...inMemory('DF', [null, null, null, null, 'FBLD Mt', 'FILD Mq', 'FBSTP Mt', 'FISTP Mq'], x87),
  ['DF C0+i', 'FFREEP STi', x87],
  ['DF C8+i', 'FXCH ST0,STi', x87],
  ['DF D0+i', 'FSTP STi', x87],
  ['DF D8+i', 'FSTP STi', x87],
]

const conditionalMoves = [
  ...['FCMOVB', 'FCMOVE', 'FCMOVBE', 'FCMOVU'].map((name, digit) => ['DA', name, digit] as const),
  ...['FCMOVNB', 'FCMOVNE', 'FCMOVNBE', 'FCMOVNU'].map((name, digit) => ['DB', name, digit] as const),
].map(([opcode, name, digit]): RowText => {
  return [`${opcode} ${hex(0xc0 + 8 * digit)}+i`, `${name} ST0,STi`, conditional]
})

const comparisons: readonly RowText[] = [
  ['DA E9', 'FUCOMPP', x87],
  ['DB E8+i', 'FUCOMI ST0,STi', compare],
  ['DB F0+i', 'FCOMI ST0,STi', compare],
  ['DC D0+i', 'FCOM ST0,STi', x87],
  ['DC D8+i', 'FCOMP ST0,STi', x87],
  ['DD E0+i', 'FUCOM ST0,STi', x87],
  ['DD E8+i', 'FUCOMP ST0,STi', x87],
  ['DE D0+i', 'FCOMP ST0,STi', x87],
  ['DE D9', 'FCOMPP', x87],
  ['DF E8+i', 'FUCOMIP ST0,STi', compare],
  ['DF F0+i', 'FCOMIP ST0,STi', compare],
]

export const x87Rows: readonly RowText[] = [
  ...inMemory('D8', withOperand(operations, 'Md'), x87),
  ...onStack('D8', 'ST0,STi', operations),
  ...inMemory('DA', withOperand(integers, 'Md'), x87),
  ...inMemory('DC', withOperand(operations, 'Mq'), x87),
  // With the destination in ST(i), SUB and SUBR change places, and so do DIV and DIVR.
  ...onStack('DC', 'STi,ST0', ['FADD', 'FMUL', null, null, 'FSUBR', 'FSUB', 'FDIVR', 'FDIV']),
  ...inMemory('DE', withOperand(integers, 'Mw'), x87),
  ...onStack('DE', 'STi,ST0', ['FADDP', 'FMULP', null, null, 'FSUBRP', 'FSUBP', 'FDIVRP', 'FDIVP']),
  ...moves,
  ...conditionalMoves,
  ...comparisons,
  ...functions,
  ...controls,
]
