import { doublewords, gate64, gdt, idt64, type Piece, page, segment } from '../descriptors.ts'
import { address, selector, stub } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import type { StateName } from '../states.ts'
import { type Access, all, legacy, long, modes, pae, probe, wideEntry } from './page-modes.ts'

const { present, user, accessed, dirty } = page

const smap = 1 << 21
const smep = 1 << 20
const pke = 1 << 22
const userPage = (flags = all) => wideEntry(long.table, BigInt(address.data) | flags)
const prevention: readonly Probe[] = [
  probe(long, 'long64', 'SMEP executes a page of level 3', 'execute', [userPage()], { cr4: smep | 0x20 }),
  probe(long, 'long64', 'SMEP reads a page of level 3', 'read', [userPage()], { cr4: smep | 0x20 }),
  probe(pae, 'pae32', 'SMEP executes a page of level 3', 'execute', [userPage()], { cr4: smep | 0x20 }),
  probe(
    legacy,
    'paged32',
    'SMEP executes a page of level 3',
    'execute',
    [doublewords(legacy.table, address.data | 7)],
    {
      cr4: smep | 0x10,
    },
  ),
  probe(pae, 'pae32', 'SMEP without NXE', 'execute', [userPage()], { cr4: smep | 0x20, efer: 0 }),
  ...(['read', 'write', 'execute'] as const).flatMap((kind) => [
    probe(long, 'long64', `SMAP ${kind} of level 3`, kind, [userPage()], { cr4: smap | 0x20 }),
    probe(long, 'long64', `SMAP ${kind} of level 3 with AC`, kind, [userPage()], {
      cr4: smap | 0x20,
      flags: 0x4_0002,
    }),
    probe(long, 'long64', `SMAP ${kind} of a read-only page with AC`, kind, [userPage(present | user)], {
      cr4: smap | 0x20,
      flags: 0x4_0002,
    }),
  ]),
  probe(long, 'long64u', 'SMAP at level 3', 'write', [userPage()], { cr4: smap | 0x20 }),
  {
    name: 'long STAC and CLAC',
    state: 'long64',
    cr4: smap | 0x20,
    memory: [userPage()],
    code: 'mov rsi, test_region_long; stac; mov al, [rsi]; clac; mov al, [rsi]',
  },
  { name: 'long STAC at level 3', state: 'long64u', cr4: smap | 0x20, code: 'stac' },
  { name: 'long STAC without SMAP', state: 'long64', code: 'stac' },
  { name: '32-bit CLAC in virtual-8086 mode', state: 'v86', cr4: smap, code: 'clac' },
  {
    name: 'long SMAP: an LDT on a page of level 3, AC clear',
    state: 'long64',
    cr4: smap | 0x20,
    ldtr: selector.own,
    memory: [
      wideEntry(address.table + 8 * (address.data >> 12), BigInt(address.data) | all),
      gdt(selector.own, segment({ base: address.data, limit: 0xff, type: 2, system: true, big: false }), 0n),
    ],
    code: 'mov ax, 4; mov ds, ax',
  },
  {
    name: 'long SMAP: an LDT on a page of level 3, AC set',
    state: 'long64',
    cr4: smap | 0x20,
    flags: 0x4_0002,
    ldtr: selector.own,
    memory: [
      wideEntry(address.table + 8 * (address.data >> 12), BigInt(address.data) | all),
      gdt(selector.own, segment({ base: address.data, limit: 0xff, type: 2, system: true, big: false }), 0n),
    ],
    code: 'mov ax, 4; mov ds, ax',
    instead: {
      expect: ['#PF(1) 18:+4 flags=50002 sp=10:9000 on=10:8fd0 cr2=c000 ldtr=c0 rax=a0a0a0a0a0a00004'],
      because: '4.6.1: AC does not permit implicit accesses, such as those to descriptor tables',
    },
  },
]

const keys = (
  what: string,
  key: number,
  pkru: number,
  kind: Access,
  state: StateName,
  more: Partial<Probe> = {},
) => {
  const entry = userPage(all | (BigInt(key) << 59n))
  const base = probe(long, state, `PKRU ${pkru.toString(16)}, key ${key}: ${what}`, kind, [entry], {
    model: 'corei7_icelake_u',
    cr4: pke | 0x20,
    ...more,
  })
  return {
    ...base,
    code: `xor ecx, ecx; xor edx, edx; mov eax, 0x${pkru.toString(16)}; wrpkru; ${base.code}`,
  }
}
const protectionKeys: readonly Probe[] = [
  keys('read at level 3', 1, 0x4, 'read', 'long64u'),
  keys('write at level 3', 1, 0x8, 'write', 'long64u'),
  keys('read with WD', 1, 0x8, 'read', 'long64u'),
  keys('execute with AD', 1, 0xc, 'execute', 'long64u'),
  keys('read at level 0', 1, 0x4, 'read', 'long64', {
    instead: {
      expect: [
        '#PF(21) 18:+16 flags=10046 sp=10:9000 on=10:8fd0 cr2=8000000000 rax=4 rcx=0 rdx=0 rsi=8000000000 ' +
          '[2a000]=80000000000c007 [29000]=2a007',
      ],
      because: '4.6.2: AD prevents every data access to a page of level 3, also by the supervisor',
    },
  }),
  keys('write at level 0 with WP', 1, 0x8, 'write', 'long64'),
  keys('write at level 0 without WP', 1, 0x8, 'write', 'long64', { cr0: 0x8000_0011 }),
  keys('another key', 2, 0xc, 'write', 'long64u'),
  keys('key 15', 15, 0x4000_0000, 'read', 'long64u'),
  {
    name: 'WRPKRU without PKE',
    state: 'long64',
    model: 'corei7_icelake_u',
    code: 'xor ecx, ecx; xor edx, edx; wrpkru',
  },
  {
    name: 'WRPKRU with ECX',
    state: 'long64',
    model: 'corei7_icelake_u',
    cr4: pke | 0x20,
    code: 'mov ecx, 1; xor edx, edx; wrpkru',
  },
  {
    name: 'WRPKRU with EDX',
    state: 'long64',
    model: 'corei7_icelake_u',
    cr4: pke | 0x20,
    code: 'xor ecx, ecx; mov edx, 1; wrpkru',
  },
  {
    name: 'RDPKRU with ECX',
    state: 'long64',
    model: 'corei7_icelake_u',
    cr4: pke | 0x20,
    code: 'mov ecx, 1; rdpkru',
  },
]

/** The page behind the test page is not there. */
const crossing = modes.flatMap((mode) => {
  const at = mode.at + 0xffcn
  const wide = mode === long
  const register = wide ? 'rsi' : 'esi'
  const point = `mov ${register}, 0x${at.toString(16)}`
  const watch = [address.data + 0xff8]
  const pages = [mode.entry(mode.table, BigInt(address.data) | all)]
  const second = mode.table + (mode === legacy ? 4 : 8)
  const one = (what: string, text: string, memory: readonly Piece[] = pages): Probe => ({
    name: `${mode.name} over a page: ${what}`,
    state: mode.kernel,
    code: `${point}; ${text.replaceAll('RSI', register)}`,
    memory,
    watch,
  })
  const nextReadOnly = [...pages, mode.entry(second, BigInt(address.data2) | present)]
  return [
    one('read', 'mov eax, [RSI + 2]'),
    one('write changes nothing', 'mov dword [RSI + 1], 0x11223344'),
    one('write to a read-only second page', 'mov dword [RSI + 1], 0x11223344', nextReadOnly),
    one('ADD to a read-only second page', 'add dword [RSI + 2], 0x11111111', nextReadOnly),
    one(
      'MOVSD',
      `mov ${wide ? 'rdi' : 'edi'}, ${register}; mov ${register}, data2; add ${wide ? 'rdi' : 'edi'}, 2; movsd`,
    ),
    one(
      'REP MOVSB stops',
      `mov ${wide ? 'rdi' : 'edi'}, ${register}; mov ${register}, data2; mov ecx, 16; rep movsb`,
    ),
    one('CMPXCHG', 'xor eax, eax; lock cmpxchg [RSI + 2], ecx', nextReadOnly),
  ]
})

/** #PF has a stack of its own, because the common one is what is missing. */
const pushes: readonly Probe[] = ['push rax', 'call data', 'int 0x20', 'enter 16, 0'].map((text) => ({
  name: `long over a page: ${text.toUpperCase()} with the lower page missing`,
  state: 'long64',
  code: `mov rsp, test_region_long + 0x1004; ${text}`,
  memory: [
    wideEntry(long.table, 0n),
    wideEntry(long.table + 8, BigInt(address.data) | all),
    idt64(14, gate64({ selector: selector.code64, offset: stub[64](14), type: 14, count: 1 })),
  ],
  watch: [address.data],
}))

const canonical: readonly Probe[] = [
  ['read over the end of the lower half', 'mov rsi, 0x7ffffffffffd; mov eax, [rsi]'],
  ['write below the upper half', 'mov rsi, 0xffff7fffffffffff; mov byte [rsi], 1'],
  ['read over the end of the address space', 'mov rsi, -3; mov eax, [rsi]'],
  ['PUSH', 'mov rsp, 1 << 47; push rax'],
  ['POP', 'mov rsp, 1 << 47; pop rax'],
  ['by RSP', 'mov rsp, 1 << 47; mov al, [rsp + 8]'],
  ['FS base', 'mov ecx, 0xc0000100; mov edx, 0x7fff; mov eax, 0xfffffff0; wrmsr; mov al, [fs:0x20]'],
  ['SS override of RAX', 'mov rax, 1 << 47; mov al, [ss:rax]'],
  ['DS override of RBP', 'mov rbp, 1 << 47; db 0x3e; mov al, [rbp]'],
  ['FS override of RBP', 'mov rbp, 1 << 47; mov al, [fs:rbp]'],
  ['MOVSB', 'mov rsi, 1 << 47; mov rdi, data; movsb'],
  ['STOSB', 'mov rdi, 1 << 47; stosb'],
  ['INVLPG is no access', 'mov rsi, 1 << 47; invlpg [rsi]'],
  ['LEA is no access', 'mov rsi, 1 << 47; lea rax, [rsi + 1]'],
  ['PREFETCH is no access', 'mov rsi, 1 << 47; prefetcht0 [rsi]'],
  ['CLFLUSH', 'mov rsi, 1 << 47; clflush [rsi]'],
  ['LGDT', 'mov rax, 1 << 47; mov [data + 2], rax; mov word [data], 0x1ff; lgdt [data]'],
  ['LIDT', 'mov rax, 1 << 47; mov [data + 2], rax; mov word [data], 0xfff; lidt [data]'],
].map(([what, text]) => ({ name: `non-canonical: ${what}`, state: 'long64', code: text ?? '' }))

/** What a warm entry of the TLB may still allow is left out: here all is invalidated. */
const invalidation: readonly Probe[] = [
  {
    name: 'long INVLPG after a change',
    state: 'long64',
    code: 'mov rsi, test_region_long; mov al, [rsi]; mov qword [test_table], 0; invlpg [rsi]; mov al, [rsi]',
  },
  {
    name: 'long CR3 after a change',
    state: 'long64',
    code: 'mov rsi, test_region_long; mov al, [rsi]; mov qword [test_table], 0; mov rax, cr3; mov cr3, rax; mov al, [rsi]',
  },
  {
    name: 'long a global page after PGE is cleared',
    state: 'long64',
    cr4: 0xa0,
    code: `mov rsi, test_region_long; or dword [test_table], 0x100; mov al, [rsi]; mov qword [test_table], 0;
      mov rax, cr4; btr rax, 7; mov cr4, rax; mov al, [rsi]`,
  },
  {
    name: 'long rights after a fault are read again',
    state: 'long64',
    events: 2,
    code: 'mov rsi, test_region_long; mov qword [test_table], data | 1; mov al, [rsi]; or qword [test_table], 2; mov byte [rsi], 1',
    watch: [address.test_table],
  },
  { name: 'INVLPG at level 3', state: 'long64u', code: 'invlpg [data]' },
  ...([0, 1, 2, 3, 4] as const).map(
    (type): Probe => ({
      name: `INVPCID type ${type}`,
      state: 'long64',
      code: `mov qword [data], 1; mov qword [data + 8], 0; mov ecx, ${type}; invpcid rcx, [data]`,
    }),
  ),
  {
    name: 'INVPCID bits 12-63',
    state: 'long64',
    code: 'mov qword [data], 0x1000; mov qword [data + 8], 0; mov ecx, 1; invpcid rcx, [data]',
  },
  {
    name: 'INVPCID of a non-canonical address',
    state: 'long64',
    code: 'mov qword [data], 0; mov rax, 1 << 47; mov [data + 8], rax; xor ecx, ecx; invpcid rcx, [data]',
  },
  { name: 'INVPCID at level 3', state: 'long64u', code: 'xor ecx, ecx; invpcid rcx, [data]' },
]

/** What A and D are left as; `accessed` and `dirty` set beforehand stay. */
const marks: readonly Probe[] = [
  ['read', 'mov al, [rsi]'],
  ['write', 'mov [rsi], al'],
  ['read, then write', 'mov al, [rsi]; mov [rsi], al'],
  ['CMPXCHG that fails', 'mov eax, 1; mov dword [data], 2; cmpxchg [rsi], ecx'],
  ['LOCK BTS', 'lock bts dword [rsi], 3'],
  ['PREFETCH', 'prefetcht0 [rsi]'],
  ['CLFLUSH', 'clflush [rsi]'],
  ['REP MOVSB of no bytes', 'mov rdi, rsi; xor ecx, ecx; rep movsb'],
  ['a shift by 0', 'xor ecx, ecx; shl dword [rsi], cl'],
  ['CMOV that does not', 'cmp eax, eax; cmovne eax, [rsi]'],
].map(([what, text]) => ({
  name: `A and D: ${what}`,
  state: 'long64',
  code: `mov rsi, test_region_long; ${text}`,
  watch: [address.pml4 + 8, address.test_pdpt, address.test_directory, address.test_table],
}))
const marked: Probe = {
  ...probe(long, 'long64', 'A and D set stay set', 'write', [userPage(all | accessed | dirty)]),
}

export const pageMore: ProbeGroup = {
  name: 'page-more',
  manual: '3.3.7.1, 4.6, 4.8, 4.10, 4.11',
  probes: [
    ...prevention,
    ...protectionKeys,
    ...crossing,
    ...pushes,
    ...canonical,
    ...invalidation,
    ...marks,
    marked,
  ],
}
