import type { RowText } from '../row.ts'

const stack = { in64: 'default64' } as const
const near = { in64: 'forced64' } as const

export const control: readonly RowText[] = [
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
