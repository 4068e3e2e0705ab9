import type { RowText } from '../row.ts'

const rotateFlags = { writes: 'oc', undefined: 'o' }
const carryRotateFlags = { ...rotateFlags, reads: 'c' }
const shiftFlags = { writes: 'oszapc', undefined: 'oa' }
const single: readonly RowText[] = (
  [
    ['ROL', 0, rotateFlags],
    ['ROR', 1, rotateFlags],
    ['RCL', 2, carryRotateFlags],
    ['RCR', 3, carryRotateFlags],
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

export const shifts: readonly RowText[] = [
  ...single,
  ['0F A4 /r', 'SHLD Ev,Gv,Ib', shiftFlags],
  ['0F A5 /r', 'SHLD Ev,Gv,CL', shiftFlags],
  ['0F AC /r', 'SHRD Ev,Gv,Ib', shiftFlags],
  ['0F AD /r', 'SHRD Ev,Gv,CL', shiftFlags],
]
