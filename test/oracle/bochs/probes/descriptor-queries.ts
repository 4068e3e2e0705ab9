import {
  byte,
  doublewords,
  gdt,
  ldt,
  type Piece,
  type Segment,
  segment,
  segmentType,
  systemType,
  words,
} from '../descriptors.ts'
import { address, selector } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import { type StateName, states } from '../states.ts'

const { own } = selector
const { data, readOnly, expandDown, code, executeOnly, conforming } = segmentType
const levels = ['prot32', 'prot32u', 'compat32', 'long64', 'long64u'] satisfies StateName[]
const level = (state: StateName) => states[state].cs & 3

function ask(state: StateName, line: string, what: string, memory: readonly Piece[] = []): Probe {
  const mnemonic = line.split(' ')[0]?.toUpperCase()
  const registers = 'mov ax, own'
  return { name: `${state} ${mnemonic} ${what}`, state, code: `${registers}; ${line}`, memory }
}

const questions = ['lar ecx, eax', 'lsl ecx, eax', 'verr ax', 'verw ax'] as const

const kinds: readonly (readonly [string, Segment])[] = [
  ['data', { type: data, limit: 0x1_2345 }],
  ['read-only data', { type: readOnly }],
  ['expand-down data', { type: expandDown, limit: 0xfff }],
  ['code', { type: code }],
  ['execute-only code', { type: executeOnly }],
  ['conforming code', { type: conforming }],
  ['execute-only conforming code', { type: conforming & ~2 }],
  ['data not present', { type: data, present: false }],
]

const described = (options: Segment) => gdt(own, segment(options), 0n)

const segments = levels.flatMap((state) =>
  questions.flatMap((line) => [
    ...kinds.map(([what, options]) => ask(state, line, what, [described({ dpl: level(state), ...options })])),
    { ...ask(state, line, 'null'), code: `xor eax, eax; ${line}` },
    { ...ask(state, line, 'beyond the GDT'), code: `mov ax, 0x200; ${line}` },
    { ...ask(state, line, 'in an LDT that is not there'), code: `mov ax, 0x0c; ${line}` },
  ]),
)

const privileges = (['prot32u', 'prot32'] satisfies StateName[]).flatMap((state) =>
  questions.flatMap((line) =>
    [
      ['data of DPL 0, RPL 0', data, 0, 0],
      ['data of DPL 0, RPL 3', data, 0, 3],
      ['data of DPL 3, RPL 3', data, 3, 3],
      ['conforming code of DPL 0, RPL 3', conforming, 0, 3],
      ['code of DPL 1, RPL 2', code, 1, 2],
    ].map(([what, type, dpl, rpl]) => ({
      ...ask(state, line, String(what), [described({ type: Number(type), dpl: Number(dpl) })]),
      code: `mov ax, own + ${rpl}; ${line}`,
    })),
  ),
)

const systemTypes = (['prot32', 'long64', 'compat32'] satisfies StateName[]).flatMap((state) =>
  Array.from({ length: 16 }, (_, type) => type).flatMap((type) =>
    ['lar ecx, eax', 'lsl ecx, eax', 'verr ax'].map((line) =>
      ask(state, line, `system type ${type}`, [described({ type, system: true, limit: 0x1234, big: false })]),
    ),
  ),
)

const sizes: readonly Probe[] = [
  ask('prot32', 'lar cx, ax', 'of 16 bits', [described({ type: data })]),
  ask('prot32', 'lsl cx, ax', 'of 16 bits', [described({ type: data })]),
  ask('long64', 'lar rcx, rax', 'of 64 bits', [described({ type: data })]),
  ask('long64', 'lsl rcx, rax', 'of 64 bits', [described({ type: data })]),
  ask('long64', 'lsl ecx, eax', 'an LDT whose upper half has a type', [
    gdt(own, segment({ type: 2, system: true, limit: 0xff, big: false }), 1n << 40n),
  ]),
  ask('long64', 'lar ecx, eax', 'an LDT whose upper half has a type', [
    gdt(own, segment({ type: 2, system: true, limit: 0xff, big: false }), 1n << 40n),
  ]),
  {
    name: 'prot32 LAR of memory',
    state: 'prot32',
    code: 'mov word [data], own; lar ecx, [data]',
    memory: [described({ type: data })],
  },
  { name: 'real16 LAR', state: 'real16', code: 'lar cx, ax' },
  { name: 'v86 VERR', state: 'v86', code: 'verr ax' },
]

const arpl: readonly Probe[] = [
  { name: 'ARPL raises RPL', state: 'prot32', code: 'mov ax, 0x1230; mov cx, 2; arpl ax, cx' },
  { name: 'ARPL of equal RPL', state: 'prot32', code: 'mov ax, 0x1232; mov cx, 2; arpl ax, cx' },
  { name: 'ARPL of a higher RPL', state: 'prot32', code: 'mov ax, 0x1233; mov cx, 2; arpl ax, cx' },
  {
    name: 'ARPL in memory',
    state: 'prot32',
    code: 'mov dword [data], 0x12345678; mov cx, 3; arpl [data], cx',
    watch: [address.data],
  },
  {
    name: 'ARPL that changes nothing in a read-only page',
    state: 'paged32u',
    code: 'mov cx, 0; arpl [data], cx',
    memory: [doublewords(address.legacy_table + 4 * (address.data >> 12), address.data | 5)],
  },
  { name: 'ARPL in real mode', state: 'real16', code: 'arpl ax, cx' },
  { name: 'ARPL in virtual-8086 mode', state: 'v86', code: 'arpl ax, cx' },
]

const local = { base: address.ldt, limit: 0xff, type: systemType.ldt, system: true, big: false }
const task = { base: address.other_tss, limit: 0x67, type: systemType.tss32, system: true, big: false }

const systemRegisters = (['prot32', 'compat32', 'long64'] satisfies StateName[]).flatMap((state) => {
  const load = (
    line: string,
    what: string,
    options: Segment = {},
    upper = 0n,
    more: Partial<Probe> = {},
  ): Probe => ({
    name: `${state} ${line.toUpperCase()} ${what}`,
    state,
    code: `mov ax, own; ${line} ax; ${line === 'ltr' ? 'str' : 'sldt'} ecx`,
    memory: [gdt(own, segment({ ...(line === 'ltr' ? task : local), ...options }), upper)],
    watch: [address.gdt + own, address.gdt + selector.main_task],
    ...more,
  })
  return ['lldt', 'ltr'].flatMap((line) => [
    load(line, ''),
    load(line, 'not present', { present: false }),
    load(line, 'data', { type: data, system: false }),
    load(line, 'the other type', { type: line === 'ltr' ? systemType.ldt : systemType.tss32 }),
    load(line, 'a busy task', { type: systemType.busyTss32 }),
    load(line, 'a 16-bit task', { type: systemType.tss16 }),
    load(line, 'null', {}, 0n, { code: `xor eax, eax; ${line} ax` }),
    load(line, 'null with RPL 3', {}, 0n, { code: `mov ax, 3; ${line} ax; sldt ecx` }),
    load(line, 'RPL 3', {}, 0n, { code: `mov ax, own + 3; ${line} ax; sldt ecx; str edx` }),
    load(line, 'in the LDT', {}, 0n, { code: `mov ax, own + 4; ${line} ax` }),
    load(line, 'beyond the GDT', {}, 0n, { code: `mov ax, 0x200; ${line} ax` }),
    load(line, 'at the end of the GDT', {}, 0n, { gdtLimit: own + 7 }),
    load(line, 'with an upper type', {}, 1n << 40n),
    load(line, 'with a base that is not canonical', {}, 0x8000n),
    load(line, 'at level 3', {}, 0n, {
      state: `${state}u` as StateName,
      name: `${state}u ${line.toUpperCase()}`,
    }),
  ])
})

const stores: readonly Probe[] = [
  { name: 'SLDT of 32 bits', state: 'prot32', code: 'mov ecx, -1; sldt ecx; str edx' },
  { name: 'SLDT of 16 bits', state: 'prot32', code: 'mov ecx, -1; sldt cx; str dx' },
  { name: 'SLDT of 64 bits', state: 'long64', code: 'mov rcx, -1; sldt rcx; str rdx' },
  { name: 'STR to memory', state: 'prot32', code: 'str [data]', watch: [address.data] },
  { name: 'SLDT at level 3', state: 'prot32u', code: 'sldt ecx; str edx' },
  {
    name: 'SLDT at level 3 under UMIP',
    state: 'prot32u',
    cr4: 0x800,
    model: 'corei7_icelake_u',
    code: 'sldt ecx',
  },
  {
    name: 'STR at level 3 under UMIP',
    state: 'prot32u',
    cr4: 0x800,
    model: 'corei7_icelake_u',
    code: 'str ecx',
  },
  {
    name: 'STR at level 0 under UMIP',
    state: 'prot32',
    cr4: 0x800,
    model: 'corei7_icelake_u',
    code: 'str ecx',
  },
  { name: 'SLDT in real mode', state: 'real16', code: 'sldt cx' },
  { name: 'LTR in virtual-8086 mode', state: 'v86', code: 'ltr cx' },
  {
    name: 'a load from the LDT that was just loaded',
    state: 'prot32',
    code: 'mov ax, ldt_selector; lldt ax; mov ax, 0x0c; mov ds, ax',
    memory: [ldt(0x0c, segment({}))],
  },
  {
    name: 'a load from the LDT after LLDT null',
    state: 'prot32',
    ldtr: selector.ldt_selector,
    code: 'xor eax, eax; lldt ax; mov ax, 0x0c; mov ds, ax',
    memory: [ldt(0x0c, segment({}))],
  },
]

/** The state's bitmap opens port E9 alone and begins at 88h. */
const bitmapByte = (port: number) => address.tss + 0x88 + (port >> 3)
const io = (name: string, line: string, memory: readonly Piece[] = [], more: Partial<Probe> = {}): Probe => ({
  name: `I/O bitmap: ${name}`,
  state: 'prot32u',
  code: line,
  memory,
  ...more,
})

const bitmaps: readonly Probe[] = [
  io('an open port', 'in al, 0xe9; xor eax, eax'),
  io('a closed port', 'in al, 0xe8'),
  io('two ports, the second closed', 'in ax, 0xe9'),
  io('two open ports', 'in ax, 0xe8; xor eax, eax', [byte(bitmapByte(0xe8), 0xfc)]),
  io('four ports, the last closed', 'in eax, 0xe8', [byte(bitmapByte(0xe8), 0xf8)]),
  io('ports over two bytes', 'in ax, 0xe7; xor eax, eax', [
    byte(bitmapByte(0xe0), 0x7f),
    byte(bitmapByte(0xe8), 0xfe),
  ]),
  io('ports over two bytes, the second closed', 'in ax, 0xe7', [byte(bitmapByte(0xe0), 0x7f)]),
  io('past the limit', 'mov dx, 0x400; in al, dx'),
  io('the last byte within the limit is not enough', 'mov dx, 0x100; in al, dx', [
    byte(address.tss + 0xa8, 0),
  ]),
  io('the byte before', 'mov dx, 0xf8; in al, dx; xor eax, eax; xor edx, edx', [byte(address.tss + 0xa7, 0)]),
  io('base beyond the limit', 'in al, 0xe9', [words(address.tss + 0x66, 0xa9)]),
  io('IOPL 3', 'in al, 0xe8; xor eax, eax', [], { flags: 0x3002 }),
  io('OUT', 'out 0xe8, al'),
  io('INS', 'mov edi, data; mov edx, 0xe8; insb'),
  io('OUTS', 'mov esi, data; mov edx, 0xe8; outsb'),
  io('64-bit mode', 'in al, 0xe8', [], { state: 'long64u' }),
  io('64-bit mode, open', 'in al, 0xe9; xor eax, eax', [], { state: 'long64u' }),
  io('virtual-8086 mode with IOPL 3', 'in al, 0xe8', [], { state: 'v86', flags: 0x2_3002 }),
  io('virtual-8086 mode, open', 'in al, 0xe9; xor eax, eax', [], { state: 'v86', flags: 0x2_3002 }),
  io('a 16-bit task', 'mov ax, own; ltr ax; push user_data32; push esp; pushfd; push user_code32', [], {
    state: 'prot32',
    code: 'mov ax, own; ltr ax; push dword user_data32; push dword 0xb000; push dword 2; push dword user_code32; push dword .user; iretd; .user: in al, 0xe9',
    memory: [
      gdt(own, segment({ base: address.tss, limit: 0xa8, type: systemType.tss16, system: true, big: false })),
      words(address.tss + 2, 0x9000, selector.data32),
    ],
  }),
  io('a limit of 66h', 'in al, 0xe9', [
    gdt(selector.main_task, segment({ ...task, base: address.tss, limit: 0x66 })),
  ]),
]

const gdtEntry = address.legacy_table + 4 * (address.gdt >> 12)
const protectGdt = `mov dword [${gdtEntry}], ${address.gdt | 1}; invlpg [gdt]`

const moves: readonly Probe[] = [
  {
    name: 'PUSH FS of 64 bits',
    state: 'long64',
    code: 'push -1; pop rax; push fs; pop rcx',
  },
  {
    name: 'PUSH FS of 16 bits in 64-bit mode',
    state: 'long64',
    code: 'push -1; pop rax; o16 push fs; pop cx',
  },
  { name: 'POP FS of 64 bits', state: 'long64', code: 'push data32; pop fs; mov ecx, fs' },
  {
    name: 'PUSH ES of 16 bits',
    state: 'prot32',
    code: 'push -1; pop eax; o16 push es; mov ecx, esp; pop cx; pop dx; sub esp, 2',
  },
  {
    name: 'POP DS of 16 bits',
    state: 'prot32',
    code: 'push 0x12340010; o16 pop ds; mov ecx, esp; add esp, 2',
  },
  { name: 'MOV to memory of 32 bits', state: 'prot32', code: 'mov [data], ds', watch: [address.data] },
  {
    name: 'MOV to memory with REX.W',
    state: 'long64',
    code: 'db 0x48; mov [data], ds',
    watch: [address.data],
  },
  { name: 'MOV RCX, DS', state: 'long64', code: 'mov rcx, -1; db 0x48; mov ecx, ds' },
  {
    name: 'accessed bit in a read-only page',
    state: 'paged32',
    code: `${protectGdt}; mov ax, own; mov ds, ax`,
    memory: [gdt(own, segment({ type: data & ~1 }))],
    watch: [address.gdt + own],
  },
  {
    name: 'accessed already in a read-only page',
    state: 'paged32',
    code: `${protectGdt}; mov ax, own; mov ds, ax`,
    memory: [gdt(own, segment({ type: data }))],
  },
  {
    name: 'busy bit in a read-only page',
    state: 'paged32',
    code: `${protectGdt}; mov ax, other_task; ltr ax`,
    watch: [address.gdt + selector.other_task],
    instead: {
      expect: ['#PF(3) 8:+15 flags=10002 on=10:8ff0 cr2=1064 eax=a0a00060 [1060]=890040000067'],
      because: 'A fault leaves the state as it was (6.5); Bochs has loaded TR by then.',
    },
  },
  {
    name: 'a GDT of the supervisor at level 3',
    state: 'paged32u',
    code: 'mov ax, own + 3; lar ecx, eax',
    memory: [gdt(own, segment({ dpl: 3 }))],
  },
]

export const descriptorQueries: ProbeGroup = {
  name: 'descriptor-queries',
  manual: 'Vol. 2 LAR, LSL, VERR, ARPL, LLDT, LTR, SLDT, STR; 5.10; Vol. 1 19.5.2',
  probes: [
    ...segments,
    ...privileges,
    ...systemTypes,
    ...sizes,
    ...arpl,
    ...systemRegisters,
    ...stores,
    ...bitmaps,
    ...moves,
  ],
}
