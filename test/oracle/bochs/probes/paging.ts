import { doublewords, gdt, type Piece, page, quadwords, segment, segmentType } from '../descriptors.ts'
import { address, selector, testRegion } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import { type StateName, states } from '../states.ts'

const { present, writable, user, accessed, dirty, large, global, noExecute } = page
const all = present | writable | user

/** The three kinds of tables, and how a probe reaches its own page through them. */
interface Mode {
  readonly name: string
  readonly kernel: StateName
  readonly user: StateName
  readonly at: bigint
  readonly directory: number
  readonly table: number
  /** Index of the probe's entry in the page directory. */
  readonly entry: (at: number, value: bigint) => Piece
  readonly directoryIndex: number
  readonly executeDisable: boolean
}

const wideEntry = (at: number, value: bigint) => quadwords(at, BigInt.asUintN(64, value))
const long: Mode = {
  name: 'long',
  kernel: 'long64',
  user: 'long64u',
  at: testRegion.long,
  directory: address.test_directory,
  table: address.test_table,
  entry: wideEntry,
  directoryIndex: 0,
  executeDisable: true,
}
const pae: Mode = { ...long, name: 'pae', kernel: 'pae32', user: 'pae32u', at: testRegion.pae }
const legacy: Mode = {
  ...long,
  name: '32-bit',
  kernel: 'paged32',
  user: 'paged32u',
  at: testRegion.legacy,
  directory: address.legacy_directory,
  entry: (at, value) => doublewords(at, Number(value & 0xffff_ffffn)),
  directoryIndex: 1,
  executeDisable: false,
}
const modes = [long, pae, legacy]

type Access = 'read' | 'write' | 'execute'

/** An access to the first byte of the region, by way of SI. */
function access(kind: Access, at: bigint): string {
  const point = `mov RSI, 0x${at.toString(16)}`
  if (kind === 'read') return `${point}; mov al, [RSI]`
  return kind === 'write' ? `${point}; mov byte [RSI], 0x5a` : `${point}; jmp RSI`
}

function code(state: StateName, text: string): string {
  return text.replaceAll('RSI', states[state].bits === 64 ? 'rsi' : 'esi')
}

/** The data page holds UD2, so that execution ends. */
const executable: Piece = { at: address.data, bytes: Uint8Array.of(0x0f, 0x0b, 0x0f, 0x0b) }
const directoryEntry = (mode: Mode) => mode.directory + (mode === legacy ? 4 : 8) * mode.directoryIndex

function probe(
  mode: Mode,
  state: StateName,
  what: string,
  kind: Access,
  memory: readonly Piece[],
  more: Partial<Probe> = {},
): Probe {
  return {
    name: `${mode.name} ${what}`,
    state,
    code: code(state, access(kind, mode.at)),
    memory: [executable, ...memory],
    watch: [mode.table, directoryEntry(mode)],
    ...more,
  }
}

const privilegeOf = (mode: Mode): readonly (readonly [string, StateName, Partial<Probe>])[] => [
  ['level 0, WP', mode.kernel, {}],
  ['level 0', mode.kernel, { cr0: 0x8000_0011 }],
  ['level 3', mode.user, {}],
]

const flagSets: readonly (readonly [string, bigint])[] = [
  ['-', 0n],
  ['P', present],
  ['PW', present | writable],
  ['PU', present | user],
  ['PWU', all],
  ['PWUX', all | noExecute],
]

/** Every right of the page, by every access. */
const leaves = modes.flatMap((mode) =>
  privilegeOf(mode).flatMap(([who, state, more]) =>
    flagSets
      .filter(([, flags]) => mode.executeDisable || (flags & noExecute) === 0n)
      .flatMap(([name, flags]) =>
        (['read', 'write', 'execute'] as const).map((kind) =>
          probe(
            mode,
            state,
            `page ${name} ${kind} ${who}`,
            kind,
            [mode.entry(mode.table, BigInt(address.data) | flags)],
            more,
          ),
        ),
      ),
  ),
)

/** The directory's rights restrict the page's; those that fault set neither A nor D. */
const directories = modes.flatMap((mode) =>
  privilegeOf(mode)
    .filter(([who]) => who !== 'level 0')
    .flatMap(([who, state, more]) =>
      flagSets
        .filter(([, flags]) => mode.executeDisable || (flags & noExecute) === 0n)
        .flatMap(([name, flags]) =>
          (['write', 'execute'] as const).map((kind) =>
            probe(
              mode,
              state,
              `directory ${name} ${kind} ${who}`,
              kind,
              [
                mode.entry(mode.table, BigInt(address.data) | all),
                mode.entry(directoryEntry(mode), BigInt(mode.table) | flags),
              ],
              more,
            ),
          ),
        ),
    ),
)

const topLevels: readonly Probe[] = (
  [
    ['PML4E', address.pml4 + 8, address.test_pdpt],
    ['PDPTE', address.test_pdpt, address.test_directory],
  ] as const
).flatMap(([level, at, to]) =>
  flagSets.flatMap(([name, flags]) =>
    (['write', 'execute'] as const).map((kind) => ({
      ...probe(long, 'long64u', `${level} ${name} ${kind} level 3`, kind, [
        wideEntry(at, BigInt(to) | flags),
      ]),
      watch: [at, address.test_table],
    })),
  ),
)

/** Large pages: rights, A and D in the directory, reserved bits. */
const largeBase = 0n
const largePages = modes.flatMap((mode) => {
  const entry = (flags: bigint) => [mode.entry(directoryEntry(mode), largeBase | large | flags)]
  const at = mode.at + BigInt(address.data)
  const one = (
    what: string,
    kind: Access,
    flags: bigint,
    more: Partial<Probe> = {},
    state = mode.kernel,
  ) => ({
    ...probe(mode, state, `large page ${what}`, kind, entry(flags), more),
    code: code(state, access(kind, at)),
  })
  return [
    one('read', 'read', all),
    one('write', 'write', all),
    one('execute', 'execute', all),
    one('written when read-only', 'write', present | user),
    one('of the supervisor, level 3', 'read', present | writable, {}, mode.user),
    one('not present', 'read', 0n),
    one('reserved bit 13', 'read', all | (1n << 13n)),
    one('reserved bit 20', 'read', all | (1n << 20n)),
    one('PAT', 'read', all | (1n << 12n)),
    one('global', 'read', all | global),
    ...(mode === legacy
      ? [
          one('without PSE', 'read', all, { cr4: 0 }),
          one('PSE-36 bit 32', 'read', all | (1n << 13n)),
          one('PSE-36 bit 39', 'read', all | (1n << 20n)),
          one('reserved bit 21', 'read', all | (1n << 21n)),
        ]
      : [one('execute-disable', 'execute', all | noExecute)]),
  ]
})

const gigabyte = (what: string, kind: Access, flags: bigint): Probe => ({
  ...probe(long, 'long64', `1 GiB page ${what}`, kind, [wideEntry(address.test_pdpt, large | flags)]),
  code: code('long64', access(kind, long.at + BigInt(address.data))),
  watch: [address.test_pdpt],
})
const gigabytes: readonly Probe[] = [
  gigabyte('read', 'read', all),
  gigabyte('write', 'write', all),
  gigabyte('written when read-only', 'write', present),
  gigabyte('reserved bit 13', 'read', all | (1n << 13n)),
  gigabyte('reserved bit 29', 'read', all | (1n << 29n)),
  gigabyte('execute-disable', 'execute', all | noExecute),
]

const reservedBits = [40n, 45n, 51n, 52n, 58n, 59n, 62n, 63n]
const longLevels = [
  ['PML4E', address.pml4 + 8, BigInt(address.test_pdpt)],
  ['PDPTE', address.test_pdpt, BigInt(address.test_directory)],
  ['PDE', address.test_directory, BigInt(address.test_table)],
  ['PTE', address.test_table, BigInt(address.data)],
] as const
const reserved: readonly Probe[] = longLevels.flatMap(([level, at, to]) => [
  ...reservedBits.map((bit) => ({
    ...probe(long, 'long64', `${level} bit ${bit}`, 'read', [wideEntry(at, to | all | (1n << bit))]),
    watch: [at],
  })),
  {
    ...probe(long, 'long64', `${level} bit 63 without NXE`, 'read', [wideEntry(at, to | all | noExecute)], {
      efer: 0x101,
    }),
    watch: [at],
  },
  {
    ...probe(long, 'long64u', `${level} bit 51, write at level 3`, 'write', [
      wideEntry(at, to | all | (1n << 51n)),
    ]),
    watch: [at],
  },
])
const reservedMore: readonly Probe[] = [
  {
    ...probe(long, 'long64', 'PML4E PS', 'read', [
      wideEntry(address.pml4 + 8, BigInt(address.test_pdpt) | all | large),
    ]),
  },
  probe(long, 'long64', 'not present with reserved bits', 'read', [wideEntry(long.table, ~0n & ~1n)]),
  ...[40n, 51n, 52n, 62n, 63n].flatMap((bit) => [
    probe(pae, 'pae32', `PTE bit ${bit}`, 'read', [
      wideEntry(pae.table, BigInt(address.data) | all | (1n << bit)),
    ]),
    probe(pae, 'pae32', `PDE bit ${bit}`, 'read', [
      wideEntry(pae.directory, BigInt(pae.table) | all | (1n << bit)),
    ]),
  ]),
  probe(
    pae,
    'pae32',
    'PTE bit 63 without NXE',
    'read',
    [wideEntry(pae.table, BigInt(address.data) | all | noExecute)],
    {
      efer: 0,
    },
  ),
]

/** The four pointers of PAE are read when CR3 is loaded; what they must not have is found then. */
const pointers: readonly Probe[] = [
  ...[1n, 2n, 5n, 6n, 7n, 8n, 9n, 40n, 52n, 63n].map(
    (bit): Probe => ({
      name: `pae PDPTE bit ${bit} at a load of CR3`,
      state: 'pae32',
      code: `bts dword [pae_pdpt + 8 + ${(bit / 32n) * 4n}], ${bit % 32n}; mov eax, cr3; mov cr3, eax`,
    }),
  ),
  {
    name: 'pae PDPTE not present with reserved bits',
    state: 'pae32',
    code: 'mov dword [pae_pdpt + 16], 0xfffffffe; mov dword [pae_pdpt + 20], -1; mov eax, cr3; mov cr3, eax',
  },
  {
    name: 'pae PDPTE changed without a load of CR3',
    state: 'pae32',
    code: 'mov dword [pae_pdpt + 8], 0; mov esi, test_region_pae; mov al, [esi]',
  },
  {
    name: 'pae PDPTE not present',
    state: 'pae32',
    code: 'mov dword [pae_pdpt + 8], 0; mov eax, cr3; mov cr3, eax; mov esi, test_region_pae; mov al, [esi]',
  },
  {
    name: 'pae PDPTE reserved when paging begins',
    state: 'prot32',
    memory: [quadwords(address.pae_pdpt, BigInt(address.directory) | 1n, 3n)],
    code: 'mov eax, 0x20; mov cr4, eax; mov eax, pae_pdpt; mov cr3, eax; mov eax, cr0; bts eax, 31; mov cr0, eax',
  },
]

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
    name: 'long SMAP: a GDT on a page of level 3, AC set',
    state: 'long64',
    cr4: smap | 0x20,
    flags: 0x4_0002,
    memory: [
      wideEntry(address.table + 8, BigInt(address.gdt) | all),
      gdt(selector.own, segment({ type: segmentType.data })),
    ],
    code: 'mov ax, own; mov ds, ax',
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
  keys('read at level 0', 1, 0x4, 'read', 'long64'),
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
    one(
      'PUSH',
      wide ? 'mov rsp, rsi; add rsp, 12; push rax; nop' : 'mov esp, esi; add esp, 8; mov eax, [esp - 6]',
    ),
    one('CMPXCHG', 'xor eax, eax; lock cmpxchg [RSI + 2], ecx', nextReadOnly),
  ]
})

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
  { name: 'INVLPG of a register', state: 'long64', code: 'db 0x0f, 0x01, 0xf8 & 0 | 0xf9, 0x90' },
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

const [rights, tables] = [leaves, [...directories, ...topLevels]]

export const pageRights: ProbeGroup = { name: 'page-rights', manual: '4.3-4.8', probes: rights }
export const pageTables: ProbeGroup = {
  name: 'page-tables',
  manual: '4.3-4.10',
  probes: [...tables, ...largePages, ...gigabytes, ...reserved, ...reservedMore, ...pointers],
}
export const pageMore: ProbeGroup = {
  name: 'page-more',
  manual: '3.3.7.1, 4.6, 4.8, 4.10, 4.11',
  probes: [...prevention, ...protectionKeys, ...crossing, ...canonical, ...invalidation, ...marks, marked],
}
