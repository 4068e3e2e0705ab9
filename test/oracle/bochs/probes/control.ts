import { doublewords, gate, quadwords, words } from '../descriptors.ts'
import { address, selector, stub } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import type { StateName } from '../states.ts'

/** Reads a control register, sets or clears bits, writes it. */
function change(
  state: StateName,
  register: string,
  what: string,
  set: number | bigint,
  clear: number | bigint = 0,
): Probe {
  const wide = state.startsWith('long64')
  const a = wide ? 'rax' : 'eax'
  const b = wide ? 'rbx' : 'ebx'
  const hex = (value: number | bigint) => `0x${value.toString(16)}`
  const lines = [`mov ${a}, ${register}`]
  if (set) lines.push(`mov ${b}, ${hex(set)}; or ${a}, ${b}`)
  if (clear) lines.push(`mov ${b}, ${hex(clear)}; not ${b}; and ${a}, ${b}`)
  return {
    name: `${state} ${register.toUpperCase()} ${what}`,
    state,
    code: [...lines, `mov ${register}, ${a}`].join(';'),
  }
}

const cr0 = (['prot32', 'long64'] satisfies StateName[]).flatMap((state) => [
  change(state, 'cr0', 'NW without CD', 0x2000_0000),
  change(state, 'cr0', 'CD and NW', 0x6000_0000),
  change(state, 'cr0', 'CD', 0x4000_0000),
  change(state, 'cr0', 'ET cannot be cleared', 0, 0x10),
  change(state, 'cr0', 'reserved bits 6-15', 0xffc0),
  change(state, 'cr0', 'reserved bit 17', 0x2_0000),
  change(state, 'cr0', 'reserved bit 28', 0x1000_0000),
  change(state, 'cr0', 'NE, MP, EM, TS', 0x2e),
  change(state, 'cr0', 'AM and WP', 0x5_0000),
])

const cr0More: readonly Probe[] = [
  change('long64', 'cr0', 'bit 32', 1n << 32n),
  change('long64', 'cr0', 'PE cleared', 0, 1),
  change('long64', 'cr0', 'PG cleared', 0, 0x8000_0000),
  change('paged32', 'cr0', 'PE cleared with PG', 0, 1),
  change('paged32', 'cr0', 'PG cleared', 0, 0x8000_0000),
  {
    ...change('compat32', 'cr0', 'PG cleared', 0, 0x8000_0000),
    memory: [
      words(address.data, 0x37),
      doublewords(address.data + 2, address.data2),
      quadwords(address.data2 + 48, gate({ selector: selector.code32, offset: stub[32](6), type: 14 })),
    ],
    code: 'mov eax, cr0; btr eax, 31; mov cr0, eax; jmp .here; .here: lidt [data]',
  },
  {
    name: 'PG with LME but without PAE',
    state: 'prot32',
    code: 'mov ecx, 0xc0000080; mov eax, 0x100; xor edx, edx; wrmsr; mov eax, pml4; mov cr3, eax; mov eax, cr0; bts eax, 31; mov cr0, eax',
  },
  {
    name: 'PG with LME from code with L',
    state: 'pae32',
    cr0: 0x11,
    efer: 0x100,
    cr3: 0x2_0000,
    code: 'jmp code64:.here; bits 16; .here: mov eax, cr0; bts eax, 31; mov cr0, eax',
  },
  { name: 'LMSW cannot clear PE', state: 'prot32', code: 'xor eax, eax; lmsw ax; smsw ebx' },
  { name: 'LMSW sets MP, EM and TS only', state: 'prot32', code: 'mov eax, 0xffff; lmsw ax' },
  { name: 'LMSW sets PE', state: 'real16', code: 'mov ax, 1; lmsw ax; smsw ebx; and ebx, -2; mov cr0, ebx' },
  { name: 'SMSW r32', state: 'long64', code: 'smsw ebx' },
  { name: 'SMSW r64', state: 'long64', code: 'db 0x48; smsw ebx' },
  { name: 'SMSW r16', state: 'long64', code: 'smsw bx' },
  { name: 'SMSW m16', state: 'long64', code: 'mov qword [data], -1; smsw [data]; mov rbx, [data]' },
  { name: 'CLTS', state: 'prot32', cr0: 0x19, code: 'clts' },
]

const cr3: readonly Probe[] = [
  change('prot32', 'cr3', 'low bits', 0xfff),
  change('long64', 'cr3', 'PWT and PCD', 0x18),
  change('long64', 'cr3', 'bits 0-2 and 5-11', 0xfe7),
  ...[40n, 45n, 51n, 52n, 62n, 63n].map((bit) => change('long64', 'cr3', `bit ${bit}`, 1n << bit)),
]

const umip = 'our model has UMIP, Skylake-X has not'
const vmx = 'our model has no VMX'
/** Bits of CR4 that our model and Bochs' do not share. */
const differently: Readonly<Record<string, Probe['instead']>> = {
  'prot32 11': { expect: ['end flags=10006 on=10:8ff4 cr4=800 eax=800 ebx=800'], because: umip },
  'long64 11': {
    expect: ['end flags=10002 sp=10:9000 on=10:8fd8 cr4=820 rax=820 rbx=800'],
    because: umip,
  },
  'prot32 13': { expect: ['#GP(0) 8:+a flags=10006 on=10:8ff0 eax=2000 ebx=2000'], because: vmx },
  'long64 13': {
    expect: ['#GP(0) 18:+b flags=10002 sp=10:9000 on=10:8fd0 rax=2020 rbx=2000'],
    because: vmx,
  },
}
const cr4 = (['prot32', 'long64'] satisfies StateName[]).flatMap((state) =>
  Array.from({ length: 32 }, (_, bit) => bit).map((bit) => {
    const probe = change(state, 'cr4', `bit ${bit}`, (1 << bit) >>> 0)
    const instead = differently[`${state} ${bit}`]
    return instead ? { ...probe, instead } : probe
  }),
)
const cr4More: readonly Probe[] = [
  change('long64', 'cr4', 'bit 32', 1n << 32n),
  change('long64', 'cr4', 'PAE cleared', 0, 0x20),
  change('pae32', 'cr4', 'PAE cleared', 0, 0x20),
  change('long64', 'cr4', 'LA57 in long mode', 1 << 12),
  {
    name: 'long64 PCIDE with CR3[11:0] not 0',
    state: 'long64',
    code: 'mov rax, pml4 | 1 << 3; mov cr3, rax; mov rax, cr4; bts rax, 17; mov cr4, rax',
  },
  {
    name: 'long64 PG cannot be cleared with PCIDE',
    state: 'long64',
    code: 'mov rax, cr4; bts rax, 17; mov cr4, rax; mov rax, cr0; btr rax, 31; mov cr0, rax',
  },
  {
    name: 'long64 CR3 bit 63 with PCIDE',
    state: 'long64',
    code: 'mov rax, cr4; bts rax, 17; mov cr4, rax; mov rax, pml4 | 5; bts rax, 63; mov cr3, rax; mov rbx, cr3',
  },
  { ...change('long64', 'cr4', 'UMIP', 1 << 11), name: 'CR4 UMIP, Ice Lake', model: 'corei7_icelake_u' },
  { ...change('long64', 'cr4', 'PKE', 1 << 22), name: 'CR4 PKE, Ice Lake', model: 'corei7_icelake_u' },
]

const others: readonly Probe[] = [
  ...[1, 5, 6, 7, 9, 15].map(
    (number): Probe => ({
      name: `MOV from CR${number}`,
      state: 'long64',
      code:
        number < 8
          ? `db 0x0f, 0x20, ${0xc0 | (number << 3)}`
          : `db 0x44, 0x0f, 0x20, ${0xc0 | ((number & 7) << 3)}`,
    }),
  ),
  { name: 'MOV to CR2', state: 'long64', code: 'mov rax, 0x123456789abcdef0; mov cr2, rax; mov rbx, cr2' },
  { name: 'MOV CR0 ignores ModRM.mod', state: 'prot32', code: 'db 0x0f, 0x20, 0x03' },
  { name: 'LOCK MOV CR0', state: 'prot32', code: 'db 0xf0, 0x0f, 0x20, 0xc0' },
  { name: 'MOV CR0 with 66', state: 'prot32', code: 'db 0x66, 0x0f, 0x20, 0xc0' },
  { name: 'CR8 of 15', state: 'long64', code: 'mov eax, 15; mov cr8, rax; mov rbx, cr8' },
  { name: 'CR8 bit 63', state: 'long64', code: 'mov rax, 1 << 63; mov cr8, rax' },
  { name: 'CR8 in compatibility mode', state: 'compat32', code: 'db 0x44, 0x0f, 0x20, 0xc0' },
]

const write = (number: number, low: number, high = 0) =>
  `mov ecx, 0x${number.toString(16)}; mov eax, 0x${low.toString(16)}; mov edx, 0x${high.toString(16)}; wrmsr`
/** Bochs lets the high half pass. */
const reserved = (number: number) => ({
  expect: [`#GP(0) 18:+f flags=10002 sp=10:9000 on=10:8fd0 rax=0 rcx=${number.toString(16)} rdx=1`],
  because: 'Vol. 4, table 2-2: bits 63:32 are reserved; Vol. 2 WRMSR: reserved bits raise #GP(0)',
})
const back = '; xor eax, eax; xor edx, edx; rdmsr'
const msr = (name: string, code: string, state: StateName = 'long64'): Probe => ({ name, state, code })
const nonCanonical: readonly (readonly [string, number])[] = [
  ['SYSENTER_ESP', 0x175],
  ['SYSENTER_EIP', 0x176],
  ['LSTAR', 0xc000_0082],
  ['CSTAR', 0xc000_0083],
  ['FS.base', 0xc000_0100],
  ['GS.base', 0xc000_0101],
  ['KernelGSbase', 0xc000_0102],
]

const efer = [
  ...Array.from({ length: 16 }, (_, bit) => bit).map((bit) =>
    msr(`EFER bit ${bit} set`, write(0xc000_0080, (0xd01 | (1 << bit)) >>> 0) + back),
  ),
  msr('EFER bit 32 set', write(0xc000_0080, 0xd01, 1)),
  msr('EFER LME cleared with PG', write(0xc000_0080, 0xc01)),
  msr('EFER LMA cannot be cleared', write(0xc000_0080, 0x901) + back),
  msr('EFER LME set with PG', write(0xc000_0080, 0x100), 'pae32'),
  msr('EFER LMA cannot be set', write(0xc000_0080, 0x400) + back, 'prot32'),
  msr('EFER LME without PG', write(0xc000_0080, 0x100) + back, 'prot32'),
  msr('EFER in real mode', write(0xc000_0080, 0x901) + back, 'real16'),
]

const msrs: readonly Probe[] = [
  ...nonCanonical.flatMap(([name, number]) => [
    msr(`${name} of 1 << 47`, write(number, 0, 0x8000)),
    msr(`${name} of the highest address`, write(number, 0xffff_ffff, 0xffff_ffff) + back),
  ]),
  msr('SYSENTER_CS keeps 32 bits', write(0x174, 0x1234_5678, 0) + back),
  msr('SYSENTER_CS high half', write(0x174, 0, 1) + back),
  msr('STAR', write(0xc000_0081, 0x1234_5678, 0x9abc_def0) + back),
  msr('FMASK', write(0xc000_0084, 0xffff_ffff) + back),
  { ...msr('FMASK high half', write(0xc000_0084, 0, 1)), instead: reserved(0xc000_0084) },
  msr('TSC_AUX', write(0xc000_0103, 0xffff_ffff) + back),
  { ...msr('TSC_AUX high half', write(0xc000_0103, 0, 1)), instead: reserved(0xc000_0103) },
  msr('APIC_BASE reserved bit 0', write(0x1b, 0xfee0_0901)),
  msr('APIC_BASE bit 40', write(0x1b, 0xfee0_0900, 0x100)),
  msr('PAT of all types', write(0x277, 0x0706_0504, 0x0100_0706) + back),
  ...[2, 3, 8].map((type) => msr(`PAT type ${type}`, write(0x277, type))),
  msr('MTRRcap is read-only', write(0xfe, 0)),
  msr('MTRRphysBase type 2', write(0x200, 2)),
  msr('MTRRphysBase bit 40', write(0x200, 6, 0x100)),
  msr('MTRRphysMask', write(0x201, 0xf000_0800, 0xff) + back),
  msr('MTRRfix64K bad type', write(0x250, 0x0202_0202)),
  msr('MTRRdefType reserved bit', write(0x2ff, 0x1000)),
  msr('MTRRdefType', write(0x2ff, 0xc06) + back),
  {
    ...msr('FEATURE_CONTROL', 'mov ecx, 0x3a; rdmsr'),
    instead: {
      expect: ['end flags=10002 sp=10:9000 on=10:8fd8 rax=1 rcx=3a rdx=0'],
      because: 'Vol. 4: bit 0 locks it; firmware of a machine without VMX does',
    },
  },
  msr('unknown MSR read', 'mov ecx, 0x12345; rdmsr'),
  msr('unknown MSR write', write(0x1_2345, 0)),
  msr('unknown MSR of the high range', 'mov ecx, 0xc0001234; rdmsr'),
  msr('RDMSR clears the high halves', 'mov ecx, 0xc0000080; mov rax, -1; mov rdx, -1; rdmsr'),
  msr('RDMSR ignores the high half of RCX', 'mov rcx, 0x1c0000080; rdmsr'),
]

const xcr0: readonly Probe[] = [
  ['x87 and SSE', 3, 0],
  ['without x87', 2, 0],
  ['AVX without SSE', 5, 0],
  ['AVX', 7, 0],
  ['x87 only', 1, 0],
  ['reserved bit 8', 0x103, 0],
  ['reserved bit 63', 3, 0x8000_0000],
  ['BNDREGS alone', 0xb, 0],
  ['opmask alone', 0x23, 0],
].map(([name, low, high]) => ({
  name: `XCR0 ${name}`,
  state: 'long64',
  code: `mov rax, cr4; bts rax, 18; mov cr4, rax; xor ecx, ecx; mov eax, ${low}; mov edx, ${high}; xsetbv; xgetbv`,
  ...(name === 'AVX' && {
    instead: {
      expect: ['#GP(0) 18:+17 flags=10046 sp=10:9000 on=10:8fd0 cr4=40020 rax=7 rcx=0 rdx=0'],
      because: 'our model has no AVX',
    },
  }),
}))
const xcr0More: readonly Probe[] = [
  { name: 'XSETBV without OSXSAVE', state: 'long64', code: 'xor ecx, ecx; mov eax, 1; xor edx, edx; xsetbv' },
  {
    name: 'XSETBV of register 1',
    state: 'long64',
    code: 'mov rax, cr4; bts rax, 18; mov cr4, rax; mov ecx, 1; mov eax, 1; xor edx, edx; xsetbv',
  },
  {
    name: 'XGETBV of register 2',
    state: 'long64',
    code: 'mov rax, cr4; bts rax, 18; mov cr4, rax; mov ecx, 2; xgetbv',
  },
  {
    name: 'XSETBV at level 3',
    state: 'long64u',
    cr4: 0x4_0020,
    code: 'xor ecx, ecx; mov eax, 1; xor edx, edx; xsetbv',
  },
  { name: 'XGETBV at level 3', state: 'long64u', cr4: 0x4_0020, code: 'xor ecx, ecx; xgetbv' },
  { name: 'XSETBV in virtual-8086 mode', state: 'v86', cr4: 0x4_0000, code: 'xor ecx, ecx; xsetbv' },
]

export const control: ProbeGroup = {
  name: 'control',
  manual: '2.5, 2.6, 4.1; Vol. 2 MOV CR, WRMSR, XSETBV; Vol. 4',
  probes: [...cr0, ...cr0More, ...cr3, ...cr4, ...cr4More, ...others, ...efer, ...msrs, ...xcr0, ...xcr0More],
}
