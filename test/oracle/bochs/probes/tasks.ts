import {
  doublewords,
  flatTaskSegments,
  gate,
  gdt,
  idt,
  ldt,
  type Piece,
  type Segment,
  segment,
  segmentType,
  systemType,
  type Task,
  task16,
  task32,
} from '../descriptors.ts'
import { address, selector, stackTop } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import { landing, landingPiece, taskHandlers } from './common.ts'

const { own, other_task: other, main_task: main } = selector
const { tss32, busyTss32, tss16, taskGate } = systemType

/** Registers of the new task: ESP is the end of the second stack page. */
const registers = [1, 2, 3, 4, stackTop.ist1, 6, 7, 8].map((value, index) =>
  index === 4 ? value : value * 0x1111_1111,
)
const usual: Task = { eip: landing, registers, ss0: selector.data32, esp0: stackTop.stack0 }

/** Links, EIP and flags of both tasks, and the busy bits of both descriptors. */
const watch = [
  address.tss,
  address.tss + 0x20,
  address.other_tss,
  address.other_tss + 0x20,
  address.gdt + main,
  address.gdt + other,
]

type Way = 'JMP' | 'CALL' | 'JMP gate' | 'CALL gate' | 'INT gate'

function codeOf(way: Way): string {
  const [operation, gated] = way.split(' ')
  if (operation === 'INT') return 'int 0x20'
  return `${operation?.toLowerCase()} ${gated ? 'own' : 'other_task'}:0`
}

function gates(target: number = other): readonly Piece[] {
  const value = gate({ selector: target, offset: 0, type: taskGate, dpl: 3 })
  return [gdt(own, value), idt(0x20, value)]
}

function change(
  what: string,
  way: Way,
  task: Task = {},
  memory: readonly Piece[] = [],
  more: Partial<Probe> = {},
): Probe {
  return {
    name: `${way}: ${what}`,
    state: 'prot32',
    code: codeOf(way),
    memory: [landingPiece, ...gates(), task32(address.other_tss, { ...usual, ...task }), ...memory],
    watch,
    ...more,
  }
}

const descriptor = (at: number, options: Segment) =>
  gdt(
    at,
    segment({ base: address.other_tss, limit: 0x67, type: tss32, system: true, big: false, ...options }),
  )

const ways: readonly Way[] = ['JMP', 'CALL', 'JMP gate', 'CALL gate', 'INT gate']

const plain = ways.flatMap((way) => [
  change('a free task', way),
  change('a busy task', way, {}, [descriptor(other, { type: busyTss32 })]),
  change('not present', way, {}, [descriptor(other, { present: false })]),
  change('a limit of 66h', way, {}, [descriptor(other, { limit: 0x66 })]),
])

const gateErrors: readonly Probe[] = (['JMP gate', 'CALL gate', 'INT gate'] as const).flatMap((way) => [
  change('gate not present', way, {}, [
    gdt(own, gate({ selector: other, offset: 0, type: taskGate, dpl: 3, present: false })),
    idt(0x20, gate({ selector: other, offset: 0, type: taskGate, dpl: 3, present: false })),
  ]),
  change('to null', way, {}, gates(0)),
  change('beyond the GDT', way, {}, gates(0x200)),
  change(
    'into the LDT',
    way,
    {},
    [...gates(0x04), ldt(0x04, segment({ limit: 0x67, type: tss32, system: true }))],
    {
      ldtr: selector.ldt_selector,
    },
  ),
  change('to a code segment', way, {}, gates(selector.code32)),
  change('to the running task', way, {}, gates(main)),
])

const levels: readonly Probe[] = [
  change('from level 3, DPL 0', 'JMP', {}, [], { state: 'prot32u' }),
  change('from level 3, DPL 3', 'JMP', {}, [descriptor(other, { dpl: 3 })], {
    state: 'prot32u',
    code: 'jmp other_task + 3:0',
  }),
  change('from level 3', 'CALL gate', {}, [], { state: 'prot32u' }),
  change(
    'from level 3, gate of DPL 0',
    'CALL gate',
    {},
    [gdt(own, gate({ selector: other, offset: 0, type: taskGate }))],
    {
      state: 'prot32u',
    },
  ),
  change('from level 3', 'INT gate', {}, [], { state: 'prot32u' }),
]

const segmentsWith = (index: number, value: number) =>
  flatTaskSegments.map((old, at) => (at === index ? value : old))
const [es, cs, ss, ds] = [0, 1, 2, 3]

function bad(what: string, vector: number, task: Task, memory: readonly Piece[] = []): Probe {
  return change(what, 'JMP', task, [...memory, ...taskHandlers(vector)])
}
const described = (options: Segment) => [gdt(own, segment(options))]
const { code, conforming, data, readOnly, executeOnly } = segmentType

const contents: readonly Probe[] = [
  bad('CS null', 10, { segments: segmentsWith(cs, 0) }),
  bad('CS beyond the GDT', 10, { segments: segmentsWith(cs, 0x200) }),
  bad('CS data', 10, { segments: segmentsWith(cs, own) }, described({ type: data })),
  bad('CS not present', 11, { segments: segmentsWith(cs, own) }, described({ type: code, present: false })),
  bad('CS DPL 3, RPL 0', 10, { segments: segmentsWith(cs, own) }, described({ type: code, dpl: 3 })),
  bad(
    'CS conforming, DPL 3, RPL 0',
    10,
    { segments: segmentsWith(cs, own) },
    described({ type: conforming, dpl: 3 }),
  ),
  bad('CS ends before EIP', 13, { segments: segmentsWith(cs, own) }, described({ type: code, limit: 0x7ff })),
  bad('SS null', 10, { segments: segmentsWith(ss, 0) }),
  bad('SS beyond the GDT', 10, { segments: segmentsWith(ss, 0x200) }),
  bad('SS read-only', 10, { segments: segmentsWith(ss, own) }, described({ type: readOnly })),
  bad('SS not present', 12, { segments: segmentsWith(ss, own) }, described({ present: false })),
  bad('SS DPL 3', 10, { segments: segmentsWith(ss, own) }, described({ dpl: 3 })),
  bad('SS RPL 3', 10, { segments: segmentsWith(ss, selector.data32 | 3) }),
  bad('DS beyond the GDT', 10, { segments: segmentsWith(ds, 0x200) }),
  bad('DS execute-only code', 10, { segments: segmentsWith(ds, own) }, described({ type: executeOnly })),
  bad('DS not present', 11, { segments: segmentsWith(ds, own) }, described({ present: false })),
  bad('DS null', 6, { segments: segmentsWith(ds, 0) }),
  bad('ES a system segment', 10, { segments: segmentsWith(es, selector.ldt_selector) }),
  bad('LDT', 6, { ldt: selector.ldt_selector }),
  bad('LDT a data segment', 10, { ldt: selector.data32 }),
  bad('LDT beyond the GDT', 10, { ldt: 0x200 }),
  bad('LDT in the LDT', 10, { ldt: 0x84 }),
  bad('LDT not present', 10, { ldt: own }, [
    gdt(own, segment({ base: address.ldt, limit: 0xff, type: 2, system: true, present: false })),
  ]),
  bad('CS in the new LDT', 6, { ldt: selector.ldt_selector, segments: segmentsWith(cs, 0x0c) }, [
    ldt(0x0c, segment({ type: code })),
  ]),
  change('the trap bit', 'JMP', { trap: true }),
  change('flags of the new task', 'JMP', { eflags: 0x24_0ed7 }),
  change('TF of the new task', 'JMP', { eflags: 0x102 }),
  change('level 3', 'JMP', {
    segments: [0x3b, 0x33, 0x3b, 0x3b, 0x3b, 0x3b],
    registers: registers.map((value, index) => (index === 4 ? stackTop.stack3 : value)),
  }),
  change('virtual-8086 mode', 'JMP', {
    eip: 0x800,
    eflags: 0x2_0002,
    segments: [0, address.code >> 4, 0, 0, 0, 0],
    registers: registers.map((value, index) => (index === 4 ? stackTop.stack3 : value)),
  }),
]

const nested: readonly Probe[] = [
  {
    name: 'IRET goes back to the caller',
    state: 'prot32',
    code: 'call other_task:0; mov eax, 0x12345678',
    memory: [task32(address.other_tss, usual), { at: landing, bytes: Uint8Array.of(0xcf) }],
    watch,
  },
  {
    name: 'IRET with NT to a task that is not busy',
    state: 'prot32',
    flags: 0x4002,
    code: 'mov word [tss], other_task; iretd',
    memory: [task32(address.other_tss, usual), landingPiece],
    watch,
  },
  {
    name: 'IRET with NT to a busy task',
    state: 'prot32',
    flags: 0x4002,
    code: 'mov word [tss], other_task; iretd',
    memory: [task32(address.other_tss, usual), landingPiece, descriptor(other, { type: busyTss32 })],
    watch,
  },
  ...(
    [
      ['null', 0],
      ['beyond the GDT', 0x200],
      ['in the LDT', 0x64],
      ['a code segment', selector.code32],
    ] as const
  ).map(
    ([what, link]): Probe => ({
      name: `IRET with NT, link ${what}`,
      state: 'prot32',
      flags: 0x4002,
      code: `mov word [tss], 0x${link.toString(16)}; iretd`,
      watch,
    }),
  ),
  {
    name: 'IRET with NT to a task that is not present',
    state: 'prot32',
    flags: 0x4002,
    code: 'mov word [tss], other_task; iretd',
    memory: [descriptor(other, { type: busyTss32, present: false })],
    watch,
  },
  {
    name: 'CALL sets NT and the link, JMP does not',
    state: 'prot32',
    code: 'call other_task:0',
    memory: [
      task32(address.other_tss, { ...usual, eip: landing - 0x200 }),
      landingPiece,
      { at: landing - 0x200, bytes: Uint8Array.of(0x9c, 0x58, 0x0f, 0x0b) },
    ],
    watch,
  },
  {
    name: 'a fault in a task gate carries its error code',
    state: 'prot32',
    code: 'mov ax, 0x200; mov ds, ax',
    memory: taskHandlers(13),
    watch,
  },
  {
    name: 'a fault in a task gate without error code',
    state: 'prot32',
    code: 'xor ecx, ecx; div ecx',
    memory: taskHandlers(0),
    watch,
  },
  {
    name: 'CR0.TS is set',
    state: 'prot32',
    code: 'jmp other_task:0',
    memory: [task32(address.other_tss, { ...usual, eip: landing }), landingPiece],
  },
]

const narrow = (task: Task) =>
  task16(address.other_tss, {
    ...usual,
    registers: registers.map((value) => value & 0xffff),
    eip: 0x800,
    segments: [0x28, 0x20, 0x28, 0x28],
    ...task,
  })
const narrowTasks: readonly Probe[] = ways.flatMap((way) => [
  change('a 16-bit task', way, {}, [narrow({}), descriptor(other, { type: tss16, limit: 0x2b })]),
  change('a 16-bit task, limit 2Ah', way, {}, [narrow({}), descriptor(other, { type: tss16, limit: 0x2a })]),
])
const fromNarrow: Probe = {
  name: 'from a 16-bit task to a 32-bit one',
  state: 'prot32',
  code: 'mov ax, own; ltr ax; jmp other_task:0',
  memory: [
    landingPiece,
    task32(address.other_tss, usual),
    descriptor(own, { base: address.fault_tss, limit: 0x2b, type: tss16 }),
  ],
  watch: [address.fault_tss, address.fault_tss + 8, address.fault_tss + 16, address.gdt + own],
}

/** CR3 of the new task counts with paging on; the new TSS is read through the old one. */
const pagedTasks: readonly Probe[] = [
  change('CR3 is loaded', 'JMP', { cr3: address.legacy_directory | 0x18 }, [], { state: 'paged32' }),
  change('CR3 is not loaded without paging', 'JMP', { cr3: 0x5_5000 }),
  change(
    'the new TSS not mapped',
    'JMP',
    {},
    [doublewords(address.legacy_table + 4 * (address.other_tss >> 12), 0)],
    {
      state: 'paged32',
      watch: [],
    },
  ),
  change(
    'the new TSS read-only',
    'CALL',
    {},
    [doublewords(address.legacy_table + 4 * (address.other_tss >> 12), address.other_tss | 1)],
    {
      state: 'paged32',
    },
  ),
  change(
    'the old TSS read-only',
    'JMP',
    {},
    [doublewords(address.legacy_table + 4 * (address.tss >> 12), address.tss | 1)],
    {
      state: 'paged32',
      instead: {
        expect: [
          '#PF(3) 8:+0 flags=10002 on=10:8ff0 cr2=3020 [3000]=900000000000 [3020]=200000000 ' +
            '[4000]=900000000000 [4020]=200010800 [1050]=8b00300000a8 [1060]=890040000067',
        ],
        because: '7.3, steps 6 and 7: the old TSS is looked at before its busy bit is cleared',
      },
    },
  ),
]

const long: readonly Probe[] = [
  {
    name: '64-bit: JMP to a TSS',
    state: 'long64',
    code: 'mov dword [data], 0; mov word [data + 4], main_task; jmp far dword [data]',
  },
  {
    name: '64-bit: a task gate in the IDT',
    state: 'long64',
    code: 'int 0x20',
    memory: [{ at: address.idt + 0x205, bytes: Uint8Array.of(0x85) }],
  },
  { name: '64-bit: IRETQ with NT', state: 'long64', flags: 0x4002, code: 'iretq' },
]

export const tasks: ProbeGroup = {
  name: 'tasks',
  manual: '7.2-7.5',
  probes: [
    ...plain,
    ...gateErrors,
    ...levels,
    ...contents,
    ...nested,
    ...narrowTasks,
    fromNarrow,
    ...pagedTasks,
    ...long,
  ],
}
