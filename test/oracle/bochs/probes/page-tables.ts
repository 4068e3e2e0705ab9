import { page, quadwords } from '../descriptors.ts'
import { address } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import {
  type Access,
  access,
  all,
  code,
  directoryEntry,
  flagSets,
  legacy,
  long,
  modes,
  pae,
  privilegeOf,
  probe,
  wideEntry,
} from './page-modes.ts'

const { present, writable, user, large, global, noExecute } = page

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

export const pageRights: ProbeGroup = { name: 'page-rights', manual: '4.3-4.8', probes: leaves }
export const pageTables: ProbeGroup = {
  name: 'page-tables',
  manual: '4.3-4.10',
  probes: [
    ...directories,
    ...topLevels,
    ...largePages,
    ...gigabytes,
    ...reserved,
    ...reservedMore,
    ...pointers,
  ],
}
