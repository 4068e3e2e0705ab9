import { address } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import type { StateName } from '../states.ts'
import { area, cr4With, osfxsr, osxmmexcpt, osxsave } from './float-area.ts'
import { floatTasks } from './float-tasks.ts'

const { data } = address
const [mp, em, ts, ne, am] = [2, 4, 8, 0x20, 0x4_0000]
const all = osfxsr | osxmmexcpt | osxsave

/** An instruction of each unit, which needs no more than registers. */
const rows = {
  x87: 'fld1',
  'x87-control': 'fnstsw ax',
  wait: 'fwait',
  mmx: 'paddb mm0, mm1',
  sse: 'addps xmm0, xmm1',
  'sse2 of integers': 'paddb xmm0, xmm1',
  'sse-mmx': 'cvtpi2ps xmm0, mm1',
  'sse-mmx of memory': 'cvtpi2ps xmm0, [data]',
  fxsave: 'fxsave [data]',
  xsave: 'xsave [data]',
  'no unit': 'movnti [data], eax',
  crc32: 'crc32 eax, bl',
} as const

const one = (name: string, state: StateName, code: string, more: Partial<Probe> = {}): Probe => ({
  name,
  state,
  code,
  memory: [area(data)],
  ...more,
  cr0: 0x11 | (more.cr0 ?? 0),
  cr4: cr4With(state, more.cr4 ?? all),
})

const controls = Object.entries(rows).flatMap(([unit, code]) => [
  one(`${unit}: EM`, 'prot32', code, { cr0: em }),
  one(`${unit}: TS`, 'prot32', code, { cr0: ts }),
  one(`${unit}: EM and TS`, 'prot32', code, { cr0: em | ts }),
  one(`${unit}: MP and TS`, 'prot32', code, { cr0: mp | ts }),
  one(`${unit}: EM, MP and TS`, 'prot32', code, { cr0: em | mp | ts }),
  one(`${unit}: no bit of CR4`, 'prot32', code, { cr4: 0 }),
  one(`${unit}: no bit of CR4, TS`, 'prot32', code, { cr4: 0, cr0: ts }),
  one(`${unit}: TS at level 3`, 'prot32u', code, { cr0: ts }),
])

/** An exception that is pending, as FXRSTOR leaves it. */
const pending = [area(data, { control: 0x37e, status: 1 })]
const afterFault = 'fxrstor [data];'
const mf = Object.entries(rows).flatMap(([unit, code]) => [
  one(`${unit}: #MF pending`, 'prot32', `${afterFault} ${code}`, { cr0: ne, memory: pending }),
  one(`${unit}: #MF pending, TS`, 'prot32', `${afterFault} mov eax, cr0; or eax, 10; mov cr0, eax; ${code}`, {
    cr0: ne,
    memory: pending,
  }),
])

const missing = 'mov rdi, 0x7fff00000000;'
const long = (name: string, code: string, more: Partial<Probe> = {}): Probe => ({
  ...one(name, 'long64', code, more),
  cr0: 0x8001_0011 | ne | (more.cr0 ?? 0),
})
const order = [
  long('x87: #MF before #PF', `${afterFault} ${missing} fld qword [rdi]`, { memory: pending }),
  long('x87: #MF before #GP', `${afterFault} mov rdi, 1 << 47; fld qword [rdi]`, { memory: pending }),
  long('x87: #NM before #PF', `${missing} fld qword [rdi]`, { cr0: ts }),
  long('MMX: #MF before #PF', `${afterFault} ${missing} paddb mm0, [rdi]`, { memory: pending }),
  long('MMX: #NM before #PF', `${missing} paddb mm0, [rdi]`, { cr0: ts }),
  long('SSE: #NM before #PF', `${missing} addps xmm0, [rdi]`, { cr0: ts }),
  long('SSE: #NM before #GP', 'addps xmm0, [data + 8]', { cr0: ts }),
  long('SSE: #UD before #GP', 'addps xmm0, [data + 8]', { cr4: 0 }),
  long('SSE: #GP before #PF', `${missing} addps xmm0, [rdi + 8]`),
  long('LOCK before #NM', 'db 0xf0; addps xmm0, xmm1', { cr0: ts }),
  long('LOCK before #MF', `${afterFault} db 0xf0; fld1`, { memory: pending }),
  long('FNINIT takes the exception away', `${afterFault} fninit; fld1; fwait`, { memory: pending }),
  long('FNCLEX takes the exception away', `${afterFault} fnclex; fld1; fwait`, { memory: pending }),
  long('FCLEX does not', `${afterFault} fclex`, { memory: pending }),
  long('FNSTENV masks it', `${afterFault} fnstenv [data + 0x400]; fwait`, { memory: pending }),
  long('FNSAVE takes it away', `${afterFault} fnsave [data + 0x400]; fwait`, { memory: pending }),
  long('FNSTCW does not look', `${afterFault} fnstcw [data + 0x400]`, { memory: pending }),
  long('FLDCW looks', `${afterFault} fldcw [data]`, { memory: pending }),
  long('EMMS looks', `${afterFault} emms`, { memory: pending }),
  long('FXRSTOR unmasks: FWAIT', `${afterFault} fwait`, { memory: pending }),
  long('FXSAVE keeps it', `${afterFault} fxsave [data + 0x400]; fwait`, { memory: pending }),
  long('masked again by FXRSTOR', `${afterFault} mov word [data], 0x37f; fxrstor [data]; fwait`, {
    memory: pending,
  }),
]

/** 1 / 0 unmasked, and 1 / 3, in XMM0 / XMM1. */
const divide =
  'mov dword [data + 160], 0x3f800000; mov dword [data + 176], 0; mov dword [data + 24], 0x1d80; fxrstor [data];'
const simd = (['prot32', 'prot32u', 'long64', 'long64u'] as const).flatMap((state) => {
  const more = state.startsWith('long') ? { cr0: 0x8001_0000 } : {}
  return [
    one(`${state}: #XM`, state, `${divide} divss xmm0, xmm1`, more),
    one(`${state}: #XM without OSXMMEXCPT`, state, `${divide} divss xmm0, xmm1`, { ...more, cr4: osfxsr }),
  ]
})
const simdOrder = [
  long('divide: #XM leaves MXCSR behind', `${divide} divss xmm0, xmm1`, { events: 1, watch: [data + 24] }),
  long('divide: #XM comes behind #PF', `${divide} ${missing} divps xmm0, [rdi]`),
  long('divide: #XM comes behind #GP', `${divide} divps xmm0, [data + 8]`),
  long('divide: #XM comes behind #NM', `${divide} mov rax, cr0; or eax, 8; mov cr0, rax; divss xmm0, xmm1`),
  long(
    'a flag that stands is none',
    `${divide} mov dword [data + 24], 0x1d84; fxrstor [data]; addss xmm0, xmm0`,
  ),
]

const aligned = (name: string, state: StateName, code: string): Probe =>
  one(name, state, code, { flags: 0x4_0002, cr0: am | (state.startsWith('long') ? 0x8001_0000 : 0) })
const because = 'Vol. 2 MOVUPS lets processors choose; the recording host raises #AC'
const unaligned = {
  prot32u: { instead: { expect: ['#AC(0) 33:+0 flags=50002 sp=3b:b000 on=10:8fe8'], because } },
  long64u: { instead: { expect: ['#AC(0) 43:+0 flags=50002 sp=3b:b000 on=0:8fd0'], because } },
  prot32: {},
}
const alignment = (['prot32u', 'long64u', 'prot32'] as const).flatMap((state) => [
  aligned(`${state} AC: MOVAPS at 8`, state, 'movaps xmm0, [data + 8]'),
  { ...aligned(`${state} AC: MOVUPS at 1`, state, 'movups xmm0, [data + 1]'), ...unaligned[state] },
  { ...aligned(`${state} AC: MOVUPS at 4`, state, 'movups xmm0, [data + 4]'), ...unaligned[state] },
  aligned(`${state} AC: MOVSD at 4`, state, 'movsd xmm0, [data + 4]'),
  aligned(`${state} AC: MOVSS at 2`, state, 'movss xmm0, [data + 2]'),
  aligned(`${state} AC: ADDPS at 8`, state, 'addps xmm0, [data + 8]'),
  aligned(`${state} AC: MOVQ at 4`, state, 'movq mm0, [data + 4]'),
  aligned(`${state} AC: FLD m64 at 4`, state, 'fld qword [data + 4]'),
  aligned(`${state} AC: FLD m32 at 2`, state, 'fld dword [data + 2]'),
  aligned(`${state} AC: FLD m80 at 4`, state, 'fld tword [data + 4]'),
  aligned(`${state} AC: FLDCW at 1`, state, 'fldcw [data + 1]'),
  aligned(`${state} AC: FNSTENV at 2`, state, 'fnstenv [data + 2]'),
  aligned(`${state} AC: FNSAVE at 2`, state, 'fnsave [data + 2]'),
  aligned(`${state} AC: LDMXCSR at 2`, state, 'ldmxcsr [data + 2]'),
])

export const floatUnits: ProbeGroup = {
  name: 'float-units',
  manual: '2.5, 6.15; Vol. 1 8.6 to 8.7, 11.5; Vol. 2 table 2-18 to 2-26',
  probes: [...controls, ...mf, ...order, ...simd, ...simdOrder, ...alignment, ...floatTasks],
}
