import { address } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import type { StateName } from '../states.ts'
import { type Area, area, cr4With, filler, osfxsr, osxsave } from './float-area.ts'

const { data, data2 } = address
const both = osfxsr | osxsave
/** XCR0, which is 1 at first. */
const xcr0 = (value: number) => `xor ecx, ecx; xor edx, edx; mov eax, ${value}; xsetbv;`
const components = (value: number) => `mov eax, ${value}; xor edx, edx;`
const head = [0, 24, 32, 160, 168, 512, 520, 528].map((offset) => data2 + offset)

interface Given extends Partial<Probe> {
  readonly from?: Area
  /** XSTATE_BV of the area that is written to. */
  readonly before?: bigint
}

/** Loads x87, MXCSR and XMM registers from one area; `code` saves to another. */
function probe(
  name: string,
  state: StateName,
  code: string,
  { from = some, before, ...more }: Given = {},
): Probe {
  const present = before === undefined ? [] : [{ at: data2 + 512, bytes: eight(before) }]
  const memory = [area(data, from), filler(data2, 1024), ...present]
  return { name, state, code, memory, cr4: cr4With(state, both), watch: head, ...more }
}

function eight(value: bigint): Uint8Array {
  return new Uint8Array(BigUint64Array.of(value).buffer)
}

const some: Area = { control: 0x27f, status: 0x3800, tags: 0x81, opcode: 0x123, mxcsr: 0x1fa0 }
const initial: Area = { noValues: true, noXmm: true }

const mxcsrIsNone = 'MXCSR does not count for what is in use (Vol. 1 13.6, 13.9)'
const onlyMxcsr = {
  xsave: {
    expect: [
      'end flags=10046 sp=10:9000 on=10:8fd8 rax=3 rcx=0 rdx=0 [d000]=37f [d018]=ffff00001fa0 [d020]=0 [d0a0]=0 [d0a8]=0 [d200]=0 [d208]=eeeeeeeeeeeeeeee [d210]=eeeeeeeeeeeeeeee',
    ],
    because: mxcsrIsNone,
  },
  xsaveopt: {
    expect: [
      'end flags=10046 sp=10:9000 on=10:8fd8 rax=3 rcx=0 rdx=0 [d000]=eeeeeeeeeeeeeeee [d018]=ffff00001fa0 [d020]=eeeeeeeeeeeeeeee [d0a0]=eeeeeeeeeeeeeeee [d0a8]=eeeeeeeeeeeeeeee [d200]=0 [d208]=eeeeeeeeeeeeeeee [d210]=eeeeeeeeeeeeeeee',
    ],
    because: mxcsrIsNone,
  },
}

const saves = (['xsave', 'xsaveopt'] as const).flatMap((name) => {
  const upper = name.toUpperCase()
  const save = (what: string, value: number, given: Given = {}, allowed = 3) =>
    probe(
      `${upper} ${what}`,
      'long64',
      `fxrstor [data]; ${xcr0(allowed)} ${components(value)} ${name} [data2]`,
      { before: 0n, ...given },
    )
  return [
    save('of x87', 1),
    save('of SSE', 2),
    save('of both', 3),
    save('of nothing', 0),
    save('of all that there is', -1),
    save('of all, XCR0 1', -1, {}, 1),
    save('of SSE, XCR0 1', 2, {}, 1),
    save('of both in their initial state', 3, { from: initial }),
    save('of both, initial but for MXCSR', 3, {
      from: { ...initial, mxcsr: 0x1fa0 },
      instead: onlyMxcsr[name],
    }),
    save('of both, initial but for the last XMM', 3, { from: { ...initial, noXmm: false } }),
    save('of both, initial but for TOP', 3, { from: { ...initial, status: 0x3800 } }),
    save('of both, initial but for a tag', 3, { from: { ...initial, tags: 1 } }),
    save('of both, initial but for FOP', 3, { from: { ...initial, opcode: 1 } }),
    save('of both, initial but for FDP', 3, { from: { ...initial, operand: 1n } }),
    save('of both, initial but for empty registers', 3, { from: { ...initial, noValues: false } }),
    save('keeps other bits of XSTATE_BV', 1, { before: 0xf0f0_0000_0000_0006n }),
    save('takes bits of XSTATE_BV away', 3, { before: 0xffff_ffff_ffff_ffffn, from: initial }),
    probe(`${upper}64`, 'long64', `fxrstor64 [data]; ${xcr0(3)} ${components(3)} ${name}64 [data2]`, {
      from: { ...some, instruction: 0x1122_3344_5566_7788n, operand: 0x99aa_bbcc_ddee_ff00n },
      watch: [0, 8, 16, 24, 32, 40, 512, 520].map((offset) => data2 + offset),
    }),
    ...(['prot32', 'compat32', 'prot16'] as const).map((state) =>
      probe(`${upper} in ${state}`, state, `fxrstor [data]; ${xcr0(3)} ${components(3)} ${name} [data2]`, {
        watch: [0, 8, 16, 24, 272, 280, 288, 512].map((offset) => data2 + offset),
      }),
    ),
  ]
})

const restoredFrom = (name: string, header: readonly bigint[], value: number, given: Given = {}) =>
  probe(
    name,
    'long64',
    `fxrstor [data]; ${xcr0(3)} ${components(value)} xrstor [data + 0x400]; fxsave [data2]`,
    {
      ...given,
      memory: [area(data, some), area(data + 0x400, { ...given.from, header }), filler(data2, 1024)],
      watch: [0, 8, 16, 24, 32, 160, 168, 400].map((offset) => data2 + offset),
    },
  )
const other: Area = {
  control: 0x37f,
  status: 0x1800,
  tags: 0x0f,
  opcode: 0x321,
  instruction: 5n,
  mxcsr: 0x1f81,
}
const compaction = 'our model has no compacted form (Vol. 2 CPUID, leaf Dh, subleaf 1)'
const compacted = {
  expect: ['#GP(0) 18:+1b flags=10046 sp=10:9000 on=10:8fd0 rax=3 rcx=0 rdx=0'],
  because: compaction,
}

const restores = [
  restoredFrom('XRSTOR of both', [3n, 0n, 0n], 3, { from: other }),
  restoredFrom('XRSTOR of x87', [3n, 0n, 0n], 1, { from: other }),
  restoredFrom('XRSTOR of SSE', [3n, 0n, 0n], 2, { from: other }),
  restoredFrom('XRSTOR of nothing', [3n, 0n, 0n], 0, { from: other }),
  restoredFrom('XRSTOR of all', [3n, 0n, 0n], -1, { from: other }),
  restoredFrom('XRSTOR of both, none there', [0n, 0n, 0n], 3, { from: other }),
  restoredFrom('XRSTOR of both, x87 there', [1n, 0n, 0n], 3, { from: other }),
  restoredFrom('XRSTOR of both, SSE there', [2n, 0n, 0n], 3, { from: other }),
  restoredFrom('XRSTOR of SSE, x87 there', [1n, 0n, 0n], 2, { from: other }),
  restoredFrom('XRSTOR of a component beyond XCR0', [7n, 0n, 0n], 3, { from: other }),
  restoredFrom('XRSTOR of a component beyond XCR0 that is not asked for', [4n, 0n, 0n], 1, { from: other }),
  restoredFrom('XRSTOR of a component 62', [1n << 62n, 0n, 0n], 0, { from: other }),
  restoredFrom('XRSTOR with XCOMP_BV 1', [3n, 1n, 0n], 3, { from: other }),
  restoredFrom('XRSTOR with XCOMP_BV bit 62', [3n, 1n << 62n, 0n], 3, { from: other }),
  {
    ...restoredFrom('XRSTOR of a compacted area', [3n, (1n << 63n) | 3n, 0n], 3, { from: other }),
    watch: [],
    instead: compacted,
  },
  restoredFrom('XRSTOR with byte 16 of the header', [3n, 0n, 1n], 3, { from: other }),
  restoredFrom('XRSTOR with byte 23 of the header', [3n, 0n, 1n << 56n], 3, { from: other }),
  restoredFrom('XRSTOR with byte 24 of the header', [3n, 0n, 0n, 1n], 3, { from: other }),
  restoredFrom('XRSTOR with byte 63 of the header', [3n, 0n, 0n, 0n, 0n, 0n, 0n, 1n << 63n], 3, {
    from: other,
  }),
  restoredFrom('XRSTOR of MXCSR bit 16', [3n, 0n, 0n], 3, { from: { ...other, mxcsr: 0x10000 } }),
  restoredFrom('XRSTOR of MXCSR bit 16, SSE not there', [1n, 0n, 0n], 3, {
    from: { ...other, mxcsr: 0x10000 },
  }),
  restoredFrom('XRSTOR of x87 beside MXCSR bit 16', [3n, 0n, 0n], 1, { from: { ...other, mxcsr: 0x10000 } }),
  restoredFrom('XRSTOR, an exception unmasked', [3n, 0n, 0n], 3, {
    from: { ...other, control: 0x37e, status: 1 },
  }),
  restoredFrom('XRSTOR, all bits of the head', [3n, 0n, 0n], 3, {
    from: { ...other, control: 0xffff, status: 0xffff, tags: 0xff, opcode: 0xffff },
  }),
]

const one = (name: string, state: StateName, code: string, more: Partial<Probe> = {}): Probe => ({
  name,
  state,
  code: `mov eax, 3; xor edx, edx; ${code}`,
  cr4: cr4With(state, both),
  memory: [area(data, { header: [0n, 0n, 0n] })],
  ...more,
})
const ac = { flags: 0x4_0002, cr0: 0x8005_0011 }
const unaligned = {
  expect: ['#GP(0) 43:+7 flags=50046 sp=3b:b000 on=0:8fd0 rax=3 rdx=0'],
  because:
    'the manual lets processors choose between #AC and #GP; Bochs has #GP for FXSAVE, and so has ours for all',
}
const far = 'mov rdi, test_region_long'

const faults = (['xsave', 'xrstor', 'xsaveopt'] as const).flatMap((name) => {
  const upper = name.toUpperCase()
  return [
    one(`${upper} at 32`, 'long64', `${name} [data + 32]`),
    one(`${upper} at 1 with AC`, 'long64u', `${name} [data + 1]`, { ...ac, instead: unaligned }),
    one(`${upper} at 64 with AC`, 'long64u', `${name} [data2 + 64]`, ac),
    one(`${upper} past a limit`, 'prot16', `mov ebx, 0xff00; a32 ${name} [ebx]`),
    one(`${upper} past the limit of SS`, 'prot16', `mov ebp, 0xff00; a32 ${name} [ebp]`),
    one(`${upper} at 8 past the limit of SS`, 'prot16', `mov ebp, 0xffff8; a32 ${name} [ebp]`),
    one(`${upper} not canonical`, 'long64', `mov rdi, 1 << 47; ${name} [rdi]`),
    one(`${upper} of a missing page`, 'long64', `mov rdi, 0x7fff00000000; ${name} [rdi + 0x100]`),
    one(`${upper}, its header in a missing page`, 'long64', `${far}; ${name} [rdi + 0xe00]`),
    one(`${upper}, XMM and header in a missing page`, 'long64', `${far}; ${name} [rdi + 0xf00]`),
    one(
      `${upper} of nothing, its header in a missing page`,
      'long64',
      `${far}; xor eax, eax; ${name} [rdi + 0xe00]`,
    ),
    one(
      `${upper} of a register`,
      'long64',
      `db 15, 0xae, ${{ xsave: '0xe0', xrstor: '0xc8', xsaveopt: '0xc0' }[name]}`,
    ),
    one(`LOCK ${upper}`, 'long64', `db 0xf0; ${name} [data]`),
    one(`${upper} with 66`, 'long64', `db 0x66; ${name} [data2]`),
    one(`${upper} with F3`, 'long64', `db 0xf3; ${name} [data2]`),
    one(`${upper} with EM`, 'prot32', `${name} [data]`, { cr0: 0x15 }),
    one(`${upper} with TS`, 'prot32', `${name} [data + 1]`, { cr0: 0x19 }),
    one(`${upper} without OSXSAVE`, 'prot32', `${name} [data]`, { cr4: osfxsr }),
    one(`${upper} without OSXSAVE with TS`, 'prot32', `${name} [data]`, { cr4: osfxsr, cr0: 0x19 }),
    one(`${upper} without OSFXSR`, 'prot32', `${name} [data]`, { cr4: osxsave }),
  ]
})

const readOnly = {
  memory: [{ at: address.test_table, bytes: Uint8Array.of(5) }, area(data, { header: [0n] })],
}
const controls = [
  one('XSAVE of a page that is read-only', 'long64u', 'mov rdi, test_region_long; xsave [rdi]', readOnly),
  one(
    'XSAVE of nothing to a page that is read-only',
    'long64u',
    'xor eax, eax; mov rdi, test_region_long; xsave [rdi]',
    readOnly,
  ),
  ...[0, 2, 4, 8, 0x100].map((value) =>
    one(`XSETBV ${value}`, 'long64', `mov eax, ${value}; xor ecx, ecx; xsetbv`),
  ),
  ...[1, 3].map((value) =>
    one(
      `XSETBV ${value}, and read again`,
      'long64',
      `mov eax, ${value}; xor ecx, ecx; xsetbv; mov eax, 55; xgetbv`,
    ),
  ),
  one('XSETBV of the upper half', 'long64', 'mov edx, 1; xor ecx, ecx; xsetbv'),
  one('XSETBV with TS', 'prot32', 'xor ecx, ecx; xsetbv', { cr0: 0x19 }),
  one('XSETBV with EM', 'prot32', 'xor ecx, ecx; xsetbv', { cr0: 0x15 }),
  one('XGETBV with TS and EM', 'prot32u', 'xor ecx, ecx; xgetbv', { cr0: 0x1d }),
  one(
    'XCR0 outlives OSXSAVE',
    'prot32',
    'xor ecx, ecx; xsetbv; mov eax, cr4; btr eax, 18; mov cr4, eax; bts eax, 18; mov cr4, eax; xgetbv',
  ),
]

export const extendedSaves: ProbeGroup = {
  name: 'extended-saves',
  manual: 'Vol. 1 13; Vol. 2 XSAVE, XSAVEOPT, XRSTOR, XGETBV, XSETBV',
  probes: [...saves, ...restores, ...faults, ...controls],
}
