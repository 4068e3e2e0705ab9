import type { Probe, ProbeGroup } from '../probe.ts'
import type { StateName } from '../states.ts'

const model = 'corei7_icelake_u' as const
const umip = 0x800
const pae = 0x20

const probe = (name: string, state: StateName, code: string, more: Partial<Probe> = {}): Probe => ({
  name: `${state} ${name}`,
  state,
  code,
  model,
  ...more,
})

const everyState = [
  'real16',
  'prot16',
  'prot32',
  'prot32u',
  'v86',
  'compat32',
  'compat32u',
  'long64',
  'long64u',
] as const
const unprivileged = ['prot32u', 'v86', 'compat32u', 'long64u'] as const
const isLong = (state: StateName) => state.startsWith('long') || state.startsWith('compat')
/** A place for an operand that 16-bit code reaches too. */
const place = (state: StateName) => (state === 'real16' || state === 'v86' ? '0x7800' : 'data')

const debugMoves: readonly Probe[] = [
  ...(['real16', 'v86', 'prot32u', 'long64u'] as const).flatMap((state) =>
    [0, 4, 7].map((number) => probe(`MOV from DR${number}`, state, `db 15, 0x21, ${0xc0 | (number << 3)}`)),
  ),
  ...[0, 3, 6, 7].map((number) =>
    probe(
      `MOV to DR${number}, bit 32`,
      'long64',
      `mov rax, 1 << 32; mov dr${number}, rax; mov rbx, dr${number}`,
    ),
  ),
  probe('MOV to DR0, not canonical', 'long64', 'mov rax, 1 << 47; mov dr0, rax; mov rbx, dr0'),
  probe('DR7 takes all but GD', 'prot32', 'mov eax, 0xffffdfff; mov dr7, eax; mov ebx, dr7'),
  probe('DR7 takes 0', 'prot32', 'xor eax, eax; mov dr7, eax; mov ebx, dr7'),
  probe(
    'DR6 takes all and 0',
    'prot32',
    'mov eax, -1; mov dr6, eax; mov ebx, dr6; xor eax, eax; mov dr6, eax; mov ecx, dr6',
  ),
  probe('DR4 and DR5', 'prot32', 'mov eax, 5; mov dr5, eax; mov ebx, dr7; mov ecx, dr4'),
  probe('DR4 under DE', 'prot32', 'mov eax, dr4', { cr4: 8 }),
  probe('DR5 under DE', 'prot32', 'mov dr5, eax', { cr4: 8 }),
  probe('DR4 under DE', 'prot32u', 'mov eax, dr4', { cr4: 8 }),
  probe('DR4 under DE', 'v86', 'mov eax, dr4', { cr4: 8 }),
  probe('MOV DR under GD', 'prot32', 'mov eax, 0x2400; mov dr7, eax; mov ebx, dr6', {
    instead: {
      expect: ['#DB 8:+8 flags=10002 on=10:8ff4 dr6=ffff2ff0 eax=2400'],
      because:
        'Vol. 3B 18.3.1.1: RF is pushed as 1 for any fault but that of an instruction breakpoint; Bochs pushes 0',
    },
  }),
  probe('DR8', 'long64', 'db 0x44, 15, 0x21, 0xc0'),
  probe('MOV DR ignores ModRM.mod', 'prot32', 'db 15, 0x21, 0x3b'),
  probe('LOCK MOV DR', 'prot32', 'db 0xf0, 15, 0x21, 0xf8'),
]

const tables: readonly Probe[] = everyState.flatMap((state) => {
  const at = place(state)
  return ['sgdt', 'sidt', 'smsw'].flatMap((name) => [
    probe(name.toUpperCase(), state, `${name} [${at}]; mov eax, [${at}]; mov ebx, [${at} + 4]`),
    probe(`${name.toUpperCase()} under UMIP`, state, `${name} [${at}]`, {
      cr4: isLong(state) ? umip | pae : umip,
    }),
  ])
})

const tablesMore: readonly Probe[] = [
  ...unprivileged.flatMap((state) =>
    ['lgdt', 'lidt'].map((name) => probe(name.toUpperCase(), state, `${name} [${place(state)}]`)),
  ),
  ...[0xc0, 0xc8, 0xd0, 0xd8].map((modrm) =>
    probe(`0F 01 ${modrm.toString(16)}`, 'prot32', `db 15, 1, ${modrm}`),
  ),
  probe(
    'LGDT of a base that is not canonical',
    'long64',
    'mov rax, 1 << 47; mov [data + 2], rax; lgdt [data]',
  ),
  probe('LGDT with 66', 'long64', 'sgdt [data]; db 0x66; lgdt [data]; sgdt [data]; mov rax, [data]'),
  probe(
    'LGDT with and without 66',
    'real16',
    'mov dword [0x500], 0x334407ff; mov dword [0x504], 0x1122; lgdt [0x500]; sgdt [0x508]; mov eax, [0x50a]; o32 lgdt [0x500]; sgdt [0x508]; mov ebx, [0x50a]',
  ),
  probe('SGDT to memory that is missing', 'long64', 'mov rdi, 0x7ffffffff000; sgdt [rdi]'),
  probe('LMSW of memory', 'prot32', 'mov word [data], 0xe; lmsw [data]'),
  probe('LMSW with 66', 'prot32', 'mov eax, 0xe; o16 lmsw ax'),
]

const onlyAtLevel0 = [
  'lmsw ax',
  'clts',
  'invd',
  'wbinvd',
  'hlt',
  'rdmsr',
  'wrmsr',
  'invlpg [eax]',
  'monitor',
  'mwait',
  'clac',
  'stac',
  'rsm',
]
const privilege: readonly Probe[] = [
  ...unprivileged.flatMap((state) => onlyAtLevel0.map((code) => probe(code.toUpperCase(), state, code))),
  ...unprivileged.flatMap((state) =>
    ['xgetbv', 'xsetbv', 'invpcid'].map((name) => {
      const code = name === 'invpcid' ? `xor eax, eax; db 0x66, 15, 0x38, 0x82, 0x00` : name
      return probe(name.toUpperCase(), state, code)
    }),
  ),
  probe('RDTSC under TSD', 'v86', 'rdtsc', { cr4: 4 }),
  probe('RDTSC under TSD', 'prot32u', 'rdtsc', { cr4: 4 }),
  probe('RDTSCP under TSD', 'prot32u', 'rdtscp', { cr4: 4 }),
  probe('RDPMC of a counter that is not there', 'long64', 'mov ecx, 99; rdpmc'),
]

const translations: readonly Probe[] = [
  ...[0, 1, 2, 3, 4].map((type) =>
    probe(
      `INVPCID ${type} of PCID 5`,
      'long64',
      `mov rax, cr4; bts rax, 17; mov cr4, rax; mov eax, ${type}; mov qword [data], 5; mov qword [data + 8], 0; invpcid rax, [data]`,
    ),
  ),
  ...[0, 1, 2, 3].map((type) =>
    probe(
      `INVPCID ${type} of PCID 5 without PCIDs`,
      'long64',
      `mov eax, ${type}; mov qword [data], 5; mov qword [data + 8], 0; invpcid rax, [data]`,
    ),
  ),
  ...[0, 1].map((type) =>
    probe(
      `INVPCID ${type} of an address that is not canonical`,
      'long64',
      `mov eax, ${type}; mov qword [data], 0; mov rbx, 1 << 47; mov [data + 8], rbx; invpcid rax, [data]`,
    ),
  ),
  probe('INVPCID 2 with bit 12', 'long64', 'mov eax, 2; mov qword [data], 0x1000; invpcid rax, [data]'),
  probe('INVPCID 9 of missing memory', 'long64', 'mov eax, 9; mov rdi, 0x7fff00000000; invpcid rax, [rdi]'),
  probe('INVPCID 1 << 32', 'long64', 'mov rax, 1 << 32; mov qword [data], 0; invpcid rax, [data]'),
  probe('INVPCID', 'real16', 'xor eax, eax; invpcid eax, [di]'),
  probe(
    'INVPCID',
    'prot32',
    'xor eax, eax; mov dword [data], 0; mov dword [data + 4], 0; invpcid eax, [data]',
  ),
  probe('INVPCID of a register', 'long64', 'db 0x66, 15, 0x38, 0x82, 0xc0'),
  probe('INVLPG of what is not canonical', 'long64', 'mov rdi, 1 << 47; invlpg [rdi]'),
  probe('INVLPG past the limit', 'prot16', 'mov ebx, 0x12345678; a32 invlpg [ebx]'),
  probe('INVLPG of a register', 'prot32', 'db 15, 1, 0xf9'),
]

const waits: readonly Probe[] = [
  probe('MONITOR with ECX', 'long64', 'mov ecx, 1; mov eax, data; monitor'),
  probe('MONITOR of missing memory', 'long64', 'xor ecx, ecx; mov rax, 0x7fffff000000; monitor'),
  probe('MONITOR of what is not canonical', 'long64', 'xor ecx, ecx; mov rax, 1 << 47; monitor'),
  probe('MONITOR past the limit', 'prot16', 'xor ecx, ecx; mov eax, 0x10000; a32 monitor'),
  probe('MWAIT with ECX 2', 'long64', 'mov ecx, 2; mwait'),
  probe('MWAIT without MONITOR', 'long64', 'xor ecx, ecx; mwait'),
]

const others: readonly Probe[] = [
  probe('STAC and CLAC', 'long64', 'stac; pushfq; pop rax; clac; pushfq; pop rbx'),
  probe('CLAC', 'real16', 'clac'),
  probe('CLAC with 66', 'long64', 'db 0x66, 15, 1, 0xca'),
  probe('LOCK CLAC', 'long64', 'db 0xf0, 15, 1, 0xca'),
  probe('XGETBV with 66', 'long64', 'mov rax, cr4; bts rax, 18; mov cr4, rax; db 0x66, 15, 1, 0xd0'),
  probe('RDRAND', 'long64', 'xor eax, eax; dec eax; rdrand ax; mov eax, 0'),
  probe('RDRAND of memory', 'long64', 'db 15, 0xc7, 0x30'),
  ...(['real16', 'v86', 'prot32u'] as const).map((state) =>
    probe('CPUID 80000008h', state, 'mov eax, 0x80000008; cpuid; movzx eax, al; xor ebx, ebx'),
  ),
  probe('TSC_ADJUST', 'long64', 'mov ecx, 0x3b; mov eax, 0x1000; xor edx, edx; wrmsr; rdmsr'),
  probe('DEBUGCTL with LBR', 'long64', 'mov ecx, 0x1d9; mov eax, 1; xor edx, edx; wrmsr'),
]

export const processor: ProbeGroup = {
  name: 'processor',
  manual: '2.6, 2.8, 4.10.4, 18.2; Vol. 2 under each instruction',
  probes: [...debugMoves, ...tables, ...tablesMore, ...privilege, ...translations, ...waits, ...others],
}
