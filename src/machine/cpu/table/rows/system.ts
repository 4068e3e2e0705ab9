import { ports } from '../flags.ts'
import type { RowText } from '../row.ts'

const memory = { form: 'memory' } as const
const register = { form: 'register' } as const
const forced64 = { in64: 'forced64' } as const
const long = { only: 'long' } as const
const privileged = { privileged: true } as const
const protectedOnly = { protectedOnly: true } as const
const umip = { faults: ['#GP(0) if CR4.UMIP and CPL > 0'] } as const
const debug = {
  faults: ['#UD for DR4 and DR5 if CR4.DE', '#GP(0) if CPL > 0', '#DB if DR7.GD'],
} as const
const iopl = { writes: 'i', faults: ['#GP(0) if CPL > IOPL (VME, PVI: VIF instead)'] } as const

const inAndOut: readonly RowText[] = [
  ['E4', 'IN AL,Ib', ports],
  ['E5', 'IN eAX,Ib', ports],
  ['EC', 'IN AL,DX', ports],
  ['ED', 'IN eAX,DX', ports],
  ['E6', 'OUT Ib,AL', ports],
  ['E7', 'OUT Ib,eAX', ports],
  ['EE', 'OUT DX,AL', ports],
  ['EF', 'OUT DX,eAX', ports],
]

/** Selectors, descriptors and the tables that hold them. */
const descriptors: readonly RowText[] = [
  ['63 /r', 'ARPL Ew,Gw', { only: 'legacy', ...protectedOnly, writes: 'z' }],
  ['0F 00 /0', 'SLDT Ew', { ...protectedOnly, ...umip }],
  ['0F 00 /1', 'STR Ew', { ...protectedOnly, ...umip }],
  ['0F 00 /2', 'LLDT Ew', { ...protectedOnly, ...privileged }],
  ['0F 00 /3', 'LTR Ew', { ...protectedOnly, ...privileged }],
  ['0F 00 /4', 'VERR Ew', { ...protectedOnly, writes: 'z' }],
  ['0F 00 /5', 'VERW Ew', { ...protectedOnly, writes: 'z' }],
  ['0F 02 /r', 'LAR Gv,Ew', { ...protectedOnly, writes: 'z' }],
  ['0F 03 /r', 'LSL Gv,Ew', { ...protectedOnly, writes: 'z' }],
  ['0F 01 /0', 'SGDT Ms', { ...memory, ...forced64, ...umip }],
  ['0F 01 /1', 'SIDT Ms', { ...memory, ...forced64, ...umip }],
  ['0F 01 /2', 'LGDT Ms', { ...memory, ...forced64, ...privileged }],
  ['0F 01 /3', 'LIDT Ms', { ...memory, ...forced64, ...privileged }],
]

const registers: readonly RowText[] = [
  ['0F 01 /4', 'SMSW Ew', umip],
  ['0F 01 /6', 'LMSW Ew', privileged],
  ['0F 06', 'CLTS', privileged],
  ['0F 20 /r', 'MOV Ry,Cy', privileged],
  ['0F 21 /r', 'MOV Ry,Dy', debug],
  ['0F 22 /r', 'MOV Cy,Ry', privileged],
  ['0F 23 /r', 'MOV Dy,Ry', debug],
  ['0F 30', 'WRMSR', privileged],
  ['0F 31', 'RDTSC', { faults: ['#GP(0) if CR4.TSD and CPL > 0'] }],
  ['0F 32', 'RDMSR', privileged],
  ['0F 33', 'RDPMC', { faults: ['#GP(0) unless CR4.PCE or CPL is 0'] }],
  ['0F A2', 'CPUID'],
  ['0F 01 F9', 'RDTSCP', { cpuid: 'rdtscp', faults: ['#GP(0) if CR4.TSD and CPL > 0'] }],
  ['NP 0F 01 D0', 'XGETBV', { cpuid: 'xsave', fpu: 'xcr' }],
  ['NP 0F 01 D1', 'XSETBV', { cpuid: 'xsave', fpu: 'xcr', faults: ['#GP(0) if CPL > 0'] }],
  ['NP 0F 01 EE', 'RDPKRU', { faults: ['#UD unless CR4.PKE', '#GP(0) if ECX is not 0'] }],
  ['NP 0F 01 EF', 'WRPKRU', { faults: ['#UD unless CR4.PKE', '#GP(0) if ECX is not 0'] }],
  ['0F 01 F8', 'SWAPGS', { ...long, ...privileged }],
  ...['RDFSBASE', 'RDGSBASE', 'WRFSBASE', 'WRGSBASE'].map((name, digit): RowText => {
    const facts = { ...long, ...register, cpuid: 'fsgsbase', faults: ['#UD unless CR4.FSGSBASE'] } as const
    return [`F3 0F AE /${digit}`, `${name} Ry`, facts]
  }),
  ['F3 0F C7 /7', 'RDPID Ry', { ...register, ...forced64, cpuid: 'rdpid' }],
  ['NFx 0F C7 /6', 'RDRAND Rv', { ...register, cpuid: 'rdrand', writes: 'oszapc' }],
  ['NFx 0F C7 /7', 'RDSEED Rv', { ...register, cpuid: 'rdseed', writes: 'oszapc' }],
]

const supervisor: readonly RowText[] = [
  ['F4', 'HLT', privileged],
  ['FA', 'CLI', iopl],
  ['FB', 'STI', iopl],
  ['0F 01 /7', 'INVLPG Mb', { ...memory, ...privileged }],
  ['66 0F 38 82 /r', 'INVPCID Gy,Mx', { ...memory, ...forced64, ...privileged, cpuid: 'pcid' }],
  ['NP 0F 01 C8', 'MONITOR', { cpuid: 'monitor', faults: ['#UD if CPL > 0', '#GP(0) if ECX is not 0'] }],
  ['NP 0F 01 C9', 'MWAIT', { cpuid: 'monitor', faults: ['#UD if CPL > 0', '#GP(0) for unknown ECX'] }],
  ['NP 0F 01 CA', 'CLAC', { cpuid: 'smap', faults: ['#UD if CPL > 0'] }],
  ['NP 0F 01 CB', 'STAC', { cpuid: 'smap', faults: ['#UD if CPL > 0'] }],
  ['0F 05', 'SYSCALL', { ...long, ...forced64, writes: '*', faults: ['#UD unless EFER.SCE'] }],
  ['0F 07', 'SYSRET', { ...long, writes: '*', faults: ['#UD unless EFER.SCE', '#GP(0) if CPL > 0'] }],
  ['0F 34', 'SYSENTER', { faults: ['#GP(0) in real mode or with a null SYSENTER_CS'] }],
  ['0F 35', 'SYSEXIT', { ...privileged, faults: ['#GP(0) with a null SYSENTER_CS'] }],
  ['0F 08', 'INVD', privileged],
  ['0F 09', 'WBINVD', privileged],
  // There is no system-management mode to return from.
  ['0F AA', 'RSM', { alwaysUndefined: true }],
]

export const system: readonly RowText[] = [...inAndOut, ...descriptors, ...registers, ...supervisor]
