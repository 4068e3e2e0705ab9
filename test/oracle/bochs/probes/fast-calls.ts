import type { Probe, ProbeGroup } from '../probe.ts'
import type { StateName } from '../states.ts'

const hex = (value: number) => `0x${value.toString(16)}`
const write = (number: number, low: number, high = 0) =>
  `mov ecx, ${hex(number)}; mov eax, ${hex(low)}; mov edx, ${hex(high)}; wrmsr`
const msr = { star: 0xc000_0081, lstar: 0xc000_0082, fmask: 0xc000_0084, kernelGs: 0xc000_0102 }
const sysenter = { cs: 0x174, esp: 0x175, eip: 0x176 }
const fsgsbase = { cr4: 0x1_0020 }

/** An address of this probe to a register of addresses. */
const writeAddress = (number: number, label: string) =>
  `lea rax, [rel ${label}]; mov ecx, ${hex(number)}; mov rdx, rax; shr rdx, 32; wrmsr`
/** SYSRET's selectors, then SYSCALL's. */
const star = (back: number, code: number) => write(msr.star, 0, back * 0x1_0000 + code)
const callable = `${star(0x23, 0x10)}; ${write(msr.fmask, 0)}; ${writeAddress(msr.lstar, '.t')}`
const selectors = 'mov ax, cs; mov bx, ss'

const probe = (name: string, state: StateName, code: string, more: Partial<Probe> = {}): Probe => ({
  name: `${state} ${name}`,
  state,
  code,
  ...more,
})

const syscall: readonly Probe[] = [
  probe('SYSCALL', 'long64', `${callable}; syscall; .t: ${selectors}; lar esi, ax; lar edi, bx`),
  probe(
    'SYSCALL clears by FMASK',
    'long64',
    `${callable}; ${write(msr.fmask, 0x4_0ad5)}; push 0x40ad5; popfq; syscall; .t: nop`,
  ),
  {
    ...probe(
      'SYSCALL with RPL in STAR',
      'long64',
      `${star(0x23, 0x13)}; ${write(msr.fmask, 0)}; ${writeAddress(msr.lstar, '.t')}; syscall; .t: ${selectors}`,
    ),
    instead: {
      expect: [
        'end 10:+3f flags=10046 sp=1b:9000 on=1b:8fd8 rax=10010 rcx=10039 rdx=0 rbx=a3a3a3a3a3a3001b r11=46',
      ],
      because: 'Vol. 2B SYSCALL: SS is IA32_STAR[47:32] + 8, only CS is masked; Bochs masks both',
    },
  },
  probe(
    'SYSCALL saves flags without RF',
    'long64',
    `${callable}; mov rax, rsp; mov ecx, ss; push rcx; push rax; push 0x10246; mov ecx, cs; push rcx
     lea rax, [rel .s]; push rax; iretq; .s: syscall; .t: nop`,
  ),
  probe('SYSCALL without SCE', 'long64', 'syscall', { efer: 0x500 }),
  ...(['prot32', 'real16', 'v86', 'compat32', 'compat32u'] as const).flatMap((state) => [
    probe('SYSCALL', state, 'db 15, 5'),
    probe('SYSRET', state, 'db 15, 7'),
  ]),
]

const sysret: readonly Probe[] = [
  ...[0x7fff_ffff_ffffn, 0x8000_0000_0000n, 0xffff_8000_0000_0000n].map((target) =>
    probe(
      `SYSRET to ${target.toString(16)}`,
      'long64',
      `${star(0x33, 0x10)}; mov rcx, 0x${target.toString(16)}; mov r11, 0x246; o64 sysret`,
    ),
  ),
  probe(
    'SYSRET to 64-bit code',
    'long64',
    `${star(0x2b, 0x10)}; lea rcx, [rel .t]; mov r11, 0x3c7ed7; o64 sysret; .t: ${selectors}`,
  ),
  probe(
    'SYSRET to 32-bit code',
    'long64',
    `${star(0x2b, 0x10)}; lea rcx, [rel .t]; bts rcx, 40; mov r11, 2; sysret; .t: ${selectors}`,
  ),
  probe('SYSRET', 'long64u', 'o64 sysret'),
  probe('SYSRET without SCE', 'long64u', 'o64 sysret', { efer: 0x500 }),
]

/** SYSCALL and SYSRET with TF. */
export const byNewFlags =
  'Linux relies on it: its FMASK has TF, and entry_64.S says that SYSRET with TF traps at once; Bochs goes by the old TF'

const stepped: readonly Probe[] = [
  probe('SYSCALL with TF', 'long64', `${callable}; push 0x102; popfq; syscall; .t: nop; nop`, { events: 2 }),
  probe(
    'SYSCALL with TF that FMASK clears',
    'long64',
    `${callable}; ${write(msr.fmask, 0x100)}; push 0x102; popfq; syscall; .t: nop; nop`,
    {
      instead: {
        expect: ['end 10:+52 flags=10002 sp=18:9000 on=18:8fd8 rax=100 rcx=10050 rdx=0 r11=102'],
        because: byNewFlags,
      },
    },
  ),
  probe(
    'SYSRET that sets TF',
    'long64',
    `${star(0x33, 0x10)}; lea rcx, [rel .t]; mov r11d, 0x102; o64 sysret; .t: nop; nop`,
    {
      instead: {
        expect: ['#DB 43:+21 flags=102 sp=3b:9000 on=0:8fd8 dr6=ffff4ff0 rax=0 rcx=10021 rdx=330010 r11=102'],
        because: byNewFlags,
      },
    },
  ),
  probe(
    'SYSRET that clears TF',
    'long64',
    `${star(0x33, 0x10)}; lea rcx, [rel .t]; mov r11d, 2; push 0x102; popfq; o64 sysret; .t: nop`,
    {
      instead: {
        expect: [
          '#PF(15) 43:+27 flags=10002 sp=3b:9000 on=0:8fd0 cr2=10027 rax=0 rcx=10027 rdx=330010 r11=2',
        ],
        because: byNewFlags,
      },
    },
  ),
]

const sysenterProbes: readonly Probe[] = [
  ...[0x10, 0x13].map((selector) =>
    probe(
      `SYSENTER with ${selector.toString(16)}`,
      'long64',
      `${write(sysenter.cs, selector)}; ${write(sysenter.esp, 0x8800)}; ${writeAddress(sysenter.eip, '.t')}
       sti; sysenter; .t: ${selectors}`,
    ),
  ),
  probe('SYSENTER with a null selector', 'long64', `${write(sysenter.cs, 3)}; sysenter`),
  probe(
    'SYSENTER',
    'prot32',
    `${write(sysenter.cs, 8)}; ${write(sysenter.esp, 0x8800)}; mov eax, .t; mov ecx, 0x176; xor edx, edx; wrmsr
     sti; sysenter; .t: ${selectors}`,
  ),
  ...(['real16', 'v86', 'prot32', 'long64'] as const).flatMap((state) => [
    probe('SYSENTER before its MSRs are set', state, 'db 15, 0x34'),
    probe('SYSEXIT before its MSRs are set', state, 'db 15, 0x35'),
  ]),
]

const sysexit: readonly Probe[] = [
  probe(
    'SYSEXIT',
    'prot32',
    `${write(sysenter.cs, 8)}; mov edx, .t; mov ecx, 0xb000; sysexit; .t: ${selectors}`,
  ),
  ...['o64 sysexit', 'sysexit'].map((instruction) =>
    probe(
      instruction,
      'long64',
      `${write(sysenter.cs, 8)}; lea rdx, [rel .t]; mov ecx, 0xb000; ${instruction}; .t: ${selectors}`,
    ),
  ),
  ...['rcx', 'rdx'].map((register) =>
    probe(
      `SYSEXIT with ${register.toUpperCase()} that is not canonical`,
      'long64',
      `${write(sysenter.cs, 8)}; mov ecx, 0xb000; mov edx, 0xb000; mov ${register}, 1 << 47; o64 sysexit`,
    ),
  ),
  ...(['prot32u', 'compat32u', 'long64u'] as const).map((state) => probe('SYSEXIT', state, 'sysexit')),
]

const bases: readonly Probe[] = [
  probe('SWAPGS', 'long64', `${write(msr.kernelGs, 0x1000)}; swapgs; mov ecx, 0xc0000101; rdmsr`),
  ...(['long64u', 'compat32', 'compat32u', 'prot32', 'v86', 'real16'] as const).flatMap((state) => [
    probe('SWAPGS', state, 'db 15, 1, 0xf8'),
    probe('RDFSBASE', state, 'db 0xf3, 15, 0xae, 0xc0'),
  ]),
  probe(
    'FS and GS bases',
    'long64u',
    'mov rax, -2; wrfsbase eax; rdfsbase rbx; wrgsbase rax; rdgsbase rcx; rdgsbase esi',
    fsgsbase,
  ),
  probe('WRFSBASE of 1 << 47', 'long64', 'mov rax, 1 << 47; wrfsbase rax', fsgsbase),
  probe('WRGSBASE of 1 << 47', 'long64', 'mov rax, 1 << 47; wrgsbase rax', fsgsbase),
  probe('RDFSBASE with 66', 'long64u', 'db 0x66, 0xf3, 15, 0xae, 0xc0', fsgsbase),
  probe('RDFSBASE without F3', 'long64u', 'db 15, 0xae, 0xc0', fsgsbase),
]

export const fastCalls: ProbeGroup = {
  name: 'fast-calls',
  manual: '5.8.7, 5.8.8; Vol. 2 SYSCALL, SYSRET, SYSENTER, SYSEXIT, SWAPGS, RDFSBASE, WRFSBASE',
  probes: [...syscall, ...sysret, ...stepped, ...sysenterProbes, ...sysexit, ...bases],
}
