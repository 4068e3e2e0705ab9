import type { RowText } from '../row.ts'

const stack = { in64: 'default64' } as const
const legacy = { only: 'legacy' } as const
const memory = { form: 'memory' } as const
const near = { in64: 'forced64' } as const

const nearControl: readonly RowText[] = [
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
  ['E8', 'CALL Jz', near],
  ['FF /2', 'CALL Ev', near],
  ['C3', 'RET', near],
  ['C2', 'RET Iw', near],
  ['F8', 'CLC', { writes: 'c' }],
  ['F9', 'STC', { writes: 'c' }],
  ['F5', 'CMC', { reads: 'c', writes: 'c' }],
  ['FC', 'CLD', { writes: 'd' }],
  ['FD', 'STD', { writes: 'd' }],
  ['E0', 'LOOPNE Jb', { ...near, reads: 'z' }],
  ['E1', 'LOOPE Jb', { ...near, reads: 'z' }],
  ['E2', 'LOOP Jb', near],
  ['E3', 'JCXZ Jb', near],
  ['C8', 'ENTER Iw,Ib', stack],
  ['C9', 'LEAVE', stack],
  ['60', 'PUSHA', legacy],
  ['61', 'POPA', legacy],
  ['9C', 'PUSHF', { ...stack, reads: '*' }],
  ['9D', 'POPF', { ...stack, writes: '*' }],
  ['62 /r', 'BOUND Gv,Ma', { ...legacy, ...memory, faults: ['#BR'] }],
]

/** Transfers that load CS. */
const far: readonly RowText[] = [
  ['EA', 'JMPF Ap', legacy],
  ['9A', 'CALLF Ap', legacy],
  ['FF /3', 'CALLF Mp', memory],
  ['FF /5', 'JMPF Mp', memory],
  ['CA', 'RETF Iw'],
  ['CB', 'RETF'],
  ['CC', 'INT3', { faults: ['#BP'] }],
  ['CD', 'INT Ib'],
  ['CE', 'INTO', { ...legacy, reads: 'o', faults: ['#OF'] }],
  ['F1', 'INT1', { faults: ['#DB'] }],
  ['CF', 'IRET', { writes: '*' }],
]

const toSegments = ['ES', 'CS', 'SS', 'DS'].flatMap((name, index): RowText[] => {
  const push = (6 + 8 * index).toString(16).toUpperCase().padStart(2, '0')
  const pop = (7 + 8 * index).toString(16).toUpperCase().padStart(2, '0')
  const both: RowText[] = [
    [push, 'PUSHS So', legacy],
    [pop, 'POPS So', legacy],
  ]
  return name === 'CS' ? both.slice(0, 1) : both
})

const segments: readonly RowText[] = [
  ...toSegments,
  ['0F A0', 'PUSHS So', stack],
  ['0F A1', 'POPS So', stack],
  ['0F A8', 'PUSHS So', stack],
  ['0F A9', 'POPS So', stack],
  ['8C /r', 'MOV Ew,Sw'],
  ['8E /r', 'MOV Sw,Ew'],
  ['C4 /r', 'LES Gv,Mp', { ...legacy, ...memory }],
  ['C5 /r', 'LDS Gv,Mp', { ...legacy, ...memory }],
  ['0F B2 /r', 'LSS Gv,Mp', memory],
  ['0F B4 /r', 'LFS Gv,Mp', memory],
  ['0F B5 /r', 'LGS Gv,Mp', memory],
]

export const control: readonly RowText[] = [...nearControl, ...far, ...segments]
