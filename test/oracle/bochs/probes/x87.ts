import { quadwords } from '../descriptors.ts'
import { address } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import { type StateName, states } from '../states.ts'

const { data, data2 } = address
const [mp, em, ts, ne, am] = [2, 4, 8, 0x20, 0x4_0000]
/** One that stores FDP with every operand in memory, not for exceptions alone. */
const model = 'corei7_haswell_4770'
const allModes: readonly StateName[] = ['real16', 'prot16', 'v86', 'prot32', 'compat32', 'long64']
/** 1.0 as a single, 1.5 as a double behind it. */
const operands = quadwords(data, 0x3f80_0000n, 0x3ff8_0000_0000_0000n)
const watched = (count: number) => Array.from({ length: count }, (_, index) => data2 + 8 * index)

/** With CR0.NE, and `count` quadwords of what the code writes to `data2`. */
function shown(
  name: string,
  state: StateName,
  code: string,
  count: number,
  more: Partial<Probe> = {},
): Probe {
  const memory = [operands, quadwords(data2, ...Array(16).fill(0xeeee_eeee_eeee_eeeen))]
  return { name, state, code, memory, cr0: states[state].cr0 | ne, watch: watched(count), model, ...more }
}

const sizes = ['o16', 'o32'] as const
const images = allModes.flatMap((state) =>
  sizes.flatMap((size) => [
    shown(`${state} ${size} FNSTENV`, state, `fninit; fld dword [data]; ${size} fnstenv [data2]`, 4),
    shown(
      `${state} ${size} FNSAVE`,
      state,
      `fninit; fld1; fld dword [data]; fldz; ${size} fnsave [data2]`,
      8,
    ),
    shown(`${state} ${size} FLDENV`, state, `${size} fldenv [data]; fnclex; o32 fnstenv [data2]`, 4, {
      memory: [quadwords(data, ...numbered(4))],
    }),
    shown(`${state} ${size} FRSTOR`, state, `${size} frstor [data]; fnclex; o32 fnsave [data2]`, 8, {
      memory: [quadwords(data, ...numbered(14))],
    }),
  ]),
)

/** Bytes that all differ, but for words that mean something: the control and status words. */
function numbered(count: number): bigint[] {
  return Array.from({ length: count }, (_, index) => {
    return index === 0
      ? 0x7e5d_3a41_1111_037fn
      : 0x0101_0101_0101_0101n * BigInt(index) + 0x7060_5040_3020_1000n
  })
}

/** Whether FIP and FOP become the instruction's, behind a known one. */
const noted = [
  ...[
    'fnop',
    'fincstp',
    'fdecstp',
    'ffree st3',
    'ffreep st3',
    'fxch',
    'fcmovb st0, st0',
    'fxam',
    'fchs',
    'fabs',
  ],
  ...[
    'fldcw [data + 16]',
    'fnstcw [data2 + 64]',
    'fnstsw ax',
    'fnstsw [data2 + 64]',
    'fnclex',
    'fwait',
    'fninit',
  ],
  ...['db 0xdb, 0xe0', 'db 0xdb, 0xe1', 'db 0xdb, 0xe4', 'fst dword [data2 + 64]', 'fistp word [data2 + 64]'],
  ...['fcom qword [data + 8]', 'fadd st0, st5', 'fstp st5', 'fldpi', 'fnstenv [data2 + 64]'],
].map((code) => {
  const memory = [operands, quadwords(data + 16, 0x37fn), quadwords(data2, 0n, 0n, 0n, 0n)]
  const begin = 'fninit; fld dword [data]; nop'
  return shown(`pointers behind ${code}`, 'prot32', `${begin}; ${code}; fnstenv [data2]`, 4, { memory })
})

const unmasked = 'fninit; fnstcw [data2 + 64]; and word [data2 + 64], 0xffc0; fldcw [data2 + 64]'
const raised = `${unmasked}; fadd st0, st0; nop`

const pointers = [
  shown('FIP is that of prefixes', 'prot32', 'fninit; es fld dword [data]; fnstenv [data2]', 4),
  shown('FDP is an offset', 'prot32', 'fninit; mov ebx, 8; fld qword [ebx + data]; fnstenv [data2]', 4),
  shown('FDP with 16-bit addresses', 'prot32', 'fninit; mov ebx, data; fld dword [bx]; fnstenv [data2]', 4),
  shown('FDP relative to RIP', 'long64', 'fninit; fld dword [rel .end]; fxsave64 [data2]', 4),
  shown(
    'FDP relative to FS',
    'long64',
    'mov ecx, 0xc0000100; mov eax, data; xor edx, edx; wrmsr; fninit; fld dword [fs:0]; fnstenv [data2]',
    4,
  ),
  shown('FDP stays with a register', 'prot32', 'fninit; fld dword [data]; fld1; fnstenv [data2]', 4),
  shown(
    'pointers of an unmasked exception',
    'prot32',
    `${unmasked}; fld1; fdiv dword [data + 4]; nop; fnstenv [data2]`,
    4,
  ),
  shown('pointers of a stack fault', 'prot32', `${unmasked}; fadd dword [data]; nop; fnstenv [data2]`, 4),
  shown(
    'pointers of a fault',
    'prot32',
    'fninit; fld1; fld dword [data]; xor eax, eax; mov es, ax; fld qword [es:data]',
    0,
  ),
  shown(
    'FNSTENV masks exceptions',
    'prot32',
    `${raised}; fnstenv [data2]; fnstcw [data2 + 32]; fnstsw [data2 + 40]`,
    6,
  ),
  shown(
    'FNSAVE leaves all as FNINIT does',
    'prot32',
    'fninit; fld dword [data]; fnsave [data2]; fnsave [data2]',
    8,
  ),
]

/** Shows the status word, what is in the way of flags, and the registers. */
function after(name: string, code: string, more: Partial<Probe> = {}): Probe {
  const state = 'fnsave [data2]'
  const memory = [operands, quadwords(data + 16, 0x7fc0_1234n, 1n, 0x7f80_1234n)]
  return shown(name, 'prot32', `${code}; ${state}`, 6, { memory, flags: 0x8d7, ...more })
}

const nan = 'fld dword [data + 16]'
const denormal = 'fld qword [data + 24]'
const loaded = (code: string) =>
  `fninit; ${code}; fnstcw [data2 + 64]; and word [data2 + 64], 0xffc0; fldcw [data2 + 64]`
const unmaskedResults = [
  after('unmasked FCOM of a QNaN', `${loaded(`${nan}; fld1`)}; fcom st1`),
  after('unmasked FCOMPP of a QNaN', `${loaded(`${nan}; fld1`)}; fcompp`),
  after('unmasked FTST of a QNaN', `${loaded(nan)}; ftst`),
  after('unmasked FCOM of an empty register', `${unmasked}; fcom st1`),
  after('unmasked FCOMI of a QNaN', `${loaded(`${nan}; fld1`)}; fcomi st0, st1`),
  after('unmasked FCOMIP of a QNaN', `${loaded(`${nan}; fld1`)}; fcomip st0, st1`),
  after('unmasked FCOMI of a denormal', `${loaded(`${denormal}; fld1`)}; fcomi st0, st1`),
  after('unmasked FCOMI of an empty register', `${unmasked}; fcomi st0, st1`),
  after('FCOMI with C1', 'fninit; fld1; fld1; fldz; fsub st0, st1; fxam; fcomi st0, st1'),
  after('FCMOV with C1', 'fninit; fld1; fchs; fxam; fcmovb st0, st0'),
  after('FNOP with C1', 'fninit; fld1; fchs; fxam; fnop'),
  after('FFREE with C1', 'fninit; fld1; fchs; fxam; ffree st5'),
  after('FNCLEX with C1', 'fninit; fld1; fchs; fxam; fnclex'),
  after('FLD of an empty register onto a full one', `fninit; ${'fld1; '.repeat(8)} ffree st0; fld st0`, {
    instead: {
      expect: [
        'end flags=108d7 on=10:8ff4 [d000]=ffff3841ffff037f [d008]=10014ffff8003 [d010]=1c00000 [d018]=ffff0000 [d020]=ffffc0000000 [d028]=3fff800000000000',
      ],
      because: 'an AMD finds the empty register first, as it does with FXTRACT; the manual has no order',
    },
  }),
  after('FXTRACT of an empty register below a full one', `fninit; ${'fld1; '.repeat(8)} ffree st0; fxtract`),
  after('FSTP of D9 D8, empty', 'fninit; fld1; fldpi; ffree st0; db 0xd9, 0xd9', {
    instead: {
      expect: [
        'end flags=108d7 on=10:8ff4 [d000]=ffff3800ffff037f [d008]=10008ffff3fff [d010]=1d90000 [d018]=ffff0000 [d020]=3fff80000000 [d028]=0',
      ],
      because: 'on hardware an empty register is no exception for this alias, and nothing is stored',
    },
  }),
  after('FPREM of a QNaN with C0 to C3', `fninit; fld1; ${nan}; fxch; ffree st7; fxam; fprem`),
  after('FPREM of an unmasked denormal with C0 to C3', `${loaded(`fld1; ${denormal}`)}; fxam; fprem`),
  after('FXAM of an empty register', 'fninit; fxam'),
  after('unmasked FLD of a denormal', `${unmasked}; ${denormal}`),
  after('unmasked FLD of a signaling NaN', `${unmasked}; fld dword [data + 32]`),
  after('unmasked FDIV by 0', `${loaded('fldz; fld1')}; fdiv st0, st1`),
  after(
    'unmasked overflow of FSTP',
    `${loaded('fldpi; fld1; fscale; fmul st0, st0')}; fstp dword [data2 + 120]`,
  ),
]

const refused = [
  ...[
    'fadd dword [data + 16]',
    'fstp dword [0x7000000]',
    'fld qword [0x7000000]',
    'fldcw [0x7000000]',
    'fldenv [0x7000000]',
  ],
  ...['frstor [0x7000000]', 'fwait', 'fnop', 'emms', 'movd mm0, eax', 'movq mm0, [0x7000000]', 'fstsw ax'],
].map((code) => shown(`pending #MF, then ${code}`, 'prot32', `${raised}; ${code}`, 0))
const passed = [
  'fnstenv [data2]',
  'fnsave [data2]',
  'fninit',
  'fnclex',
  'fnstsw ax',
  'fnstcw [data2]',
  'db 0xdb, 0xe4',
].map((code) => shown(`pending #MF, then ${code}, which does not wait`, 'prot32', `${raised}; ${code}`, 0))

/** `bits` are set in CR0 while an exception is pending. */
const inTheWay = (name: string, bits: number, code: string, state: StateName = 'prot32') =>
  shown(name, state, `${raised}; mov eax, cr0; or eax, ${bits}; mov cr0, eax; ${code}`, 0)

const priorities = [
  inTheWay('before #MF, #NM by TS before #MF', ts, 'fnop'),
  inTheWay('before #MF, #NM by EM before #MF', em, 'fnop'),
  inTheWay('before #MF, #NM: FNSTSW', ts, 'fnstsw ax'),
  inTheWay('not before #MF: WAIT with TS', ts, 'fwait'),
  inTheWay('not before #MF: WAIT with MP', mp, 'fwait'),
  inTheWay('before #MF, #NM: WAIT with MP and TS', mp | ts, 'fwait'),
  inTheWay('not before #MF: WAIT with EM', em, 'fwait'),
  inTheWay('before #MF, #UD by EM: EMMS', em, 'emms'),
  inTheWay('before #MF, #NM by TS before #MF: EMMS', ts, 'emms'),
  inTheWay('before #MF, #UD: LOCK FNOP', 0, 'db 0xf0; fnop'),
  inTheWay('before all, #UD: no instruction of D9, with #MF', 0, 'db 0xd9, 0xd1'),
  inTheWay('before all, #UD: no instruction of D9, with TS', ts, 'db 0xd9, 0xd1'),
  inTheWay('before all, #UD: no instruction of DB, with EM', em, 'db 0xdb, 0xe5'),
  inTheWay('before #MF, #UD by EM: MOVQ', em, 'movq mm0, mm1'),
  ...['fld dword [es:data]', 'fnstcw [es:data]', 'fnsave [es:data]'].map((code) =>
    shown(`before #GP, #NM: ${code}`, 'prot32', `xor eax, eax; mov es, ax; ${code}`, 0, {
      cr0: states.prot32.cr0 | ts,
    }),
  ),
]

const aligned = { flags: 0x4_0002, cr0: states.prot32u.cr0 | ne | am }
/** What is right where Bochs takes registers of the image for numbers of ten bytes in memory. */
const byManual = {
  expect: ['end flags=50002 sp=3b:b000 on=10:8fec'],
  because: 'Vol. 3A, table 6-7: 4 or 2 bytes as the operand size is',
}
const firstByte = {
  expect: ['#PF(0) 18:+a flags=10002 sp=10:9000 on=10:8fd0 cr2=8000001000 rdi=8000000000'],
  because:
    'the first byte that cannot be read is the first of its page; Bochs begins with the last of the image',
}
/** Instructions with distances from where they would be aligned. */
const misaligned = {
  ...{ 'fld dword': [2], 'fld qword': [4], 'fld tword': [4], 'fild word': [1], 'fild dword': [2], fbld: [4] },
  ...{ fbstp: [4], fldcw: [1], fnstcw: [1], fnstenv: [1, 2], fnsave: [2, 4], frstor: [2], fldenv: [2] },
  ...{ 'o16 fnstenv': [1, 2], 'o16 fnsave': [1, 2], 'o16 frstor': [1] },
}
const alignment = Object.entries(misaligned).flatMap(([code, distances]) =>
  distances.map((at) => {
    const isImage = (code === 'fnsave' && at === 4) || (code === 'o16 fnsave' && at === 2)
    const more = isImage ? { ...aligned, instead: byManual } : aligned
    return shown(`${code} at ${at} with AC`, 'prot32u', `${code} [data + ${at}]`, 0, more)
  }),
)

const sized = ['fld dword', 'fld qword', 'fld tword', 'fstp tword', 'fbstp']
const limits = [...sized, 'fnstenv', 'fnsave', 'fldenv', 'frstor'].flatMap((code) => {
  const isLoad = code === 'fldenv' || code === 'frstor'
  return [
    shown(`${code} past a limit`, 'prot16', `mov ebx, 0xfffd; a32 ${code} [ebx]`, 0),
    shown(`${code} past the limit of SS`, 'prot16', `mov ebp, 0xfffd; a32 ${code} [ebp]`, 0),
    shown(`${code} not canonical`, 'long64', `mov rdi, (1 << 47) - 2; ${code} [rdi]`, 0),
    shown(
      `${code} into a missing page`,
      'long64',
      `mov rdi, test_region_long; ${code} [rdi + 0xffd]`,
      0,
      isLoad ? { instead: firstByte } : {},
    ),
  ]
})

export const x87Probes: ProbeGroup = {
  name: 'x87',
  manual: 'Vol. 1 8.1.8 to 8.1.10, 8.6, 8.7; 2.5, 6.15 (#NM, #MF)',
  probes: [
    ...[...images, ...noted, ...pointers, ...unmaskedResults, ...refused, ...passed, ...priorities],
    ...[...alignment, ...limits],
  ],
}
