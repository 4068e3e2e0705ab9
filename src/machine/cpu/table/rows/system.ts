import type { RowText } from '../row.ts'

const near = { in64: 'forced64' } as const
const privileged = { privileged: true }

export const system: readonly RowText[] = [
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
