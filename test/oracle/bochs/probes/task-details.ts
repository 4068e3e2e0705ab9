import {
  doublewords,
  flatTaskSegments,
  gate,
  gdt,
  idt,
  type Piece,
  type Segment,
  segment,
  segmentType,
  systemType,
  type Task,
  task16,
  task32,
  words,
} from '../descriptors.ts'
import { address, selector, stackTop, stub } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import { landing, landingPiece, taskGates } from './common.ts'

const { own, other_task: other } = selector
const second = own + 0x10
const { tss32, tss16, taskGate } = systemType
const usual: Task = {
  eip: landing,
  registers: [1, 2, 3, 4, stackTop.ist1, 6, 7, 8],
  ss0: selector.data32,
  esp0: stackTop.stack0,
}
const watch = [address.tss + 0x20, address.gdt + selector.main_task, address.gdt + other]
const task = (at: number, options: Segment = {}) =>
  gdt(
    at,
    segment({ base: address.other_tss, limit: 0x67, type: tss32, system: true, big: false, ...options }),
  )

function change(
  name: string,
  described: Task,
  memory: readonly Piece[] = [],
  more: Partial<Probe> = {},
): Probe {
  return {
    name,
    state: 'prot32',
    code: 'jmp other_task:0',
    memory: [landingPiece, task32(address.other_tss, { ...usual, ...described }), ...memory],
    watch,
    ...more,
  }
}

/** Faults of the new task go to a task of their own: which of two is first. */
const handlers = taskGates(10, 11, 12, 13, 14)
const first = (name: string, number: number, described: Task, memory: readonly Piece[] = []) =>
  change(`first ${name}`, described, [
    ...handlers,
    doublewords(address.fault_tss + 0x20, stub[32](number)),
    ...memory,
  ])
const withSegments = (values: Readonly<Record<number, number>>) =>
  flatTaskSegments.map((old, index) => values[index] ?? old)
const [es, cs, ss, ds, fs, gs] = [0, 1, 2, 3, 4, 5]
const beyond = 0x200

const order: readonly Probe[] = [
  first('LDT or CS', 10, { ldt: beyond, segments: withSegments({ [cs]: 0x208 }) }),
  first('CS or SS', 10, { segments: withSegments({ [cs]: beyond, [ss]: 0x208 }) }),
  first('CS or DS', 10, { segments: withSegments({ [cs]: beyond, [ds]: 0x208 }) }),
  first('SS or DS', 10, { segments: withSegments({ [ss]: beyond, [ds]: 0x208 }) }),
  first('DS or ES', 10, { segments: withSegments({ [ds]: beyond, [es]: 0x208 }) }),
  first('ES or FS', 10, { segments: withSegments({ [es]: beyond, [fs]: 0x208 }) }),
  first('FS or GS', 10, { segments: withSegments({ [fs]: beyond, [gs]: 0x208 }) }),
  first('SS not present or of DPL 3', 10, { segments: withSegments({ [ss]: own }) }, [
    gdt(own, segment({ dpl: 3, present: false })),
  ]),
  first(
    'DS not present or of DPL 0 at level 3',
    10,
    {
      segments: [0x3b, 0x33, 0x3b, own, 0x3b, 0x3b],
    },
    [gdt(own, segment({ present: false }))],
  ),
  first('CS not present or of DPL 3', 10, { segments: withSegments({ [cs]: own }) }, [
    gdt(own, segment({ type: segmentType.code, dpl: 3, present: false })),
  ]),
  first('CS beyond EIP or the trap bit', 13, { trap: true, segments: withSegments({ [cs]: own }) }, [
    gdt(own, segment({ type: segmentType.code, limit: 0x7ff })),
  ]),
]

const accessed: readonly Probe[] = [
  change(
    'accessed bits are set',
    { segments: withSegments({ [cs]: own, [ss]: second, [ds]: second }) },
    [
      gdt(own, segment({ type: segmentType.code & ~1 })),
      gdt(second, segment({ type: segmentType.data & ~1 })),
    ],
    { watch: [address.gdt + own, address.gdt + second] },
  ),
]

const oldTask = (name: string, options: Segment, more: Partial<Probe> = {}): Probe => ({
  ...change(`old task ${name}`, {}),
  code: 'mov ax, own; ltr ax; jmp other_task:0',
  memory: [
    landingPiece,
    task32(address.other_tss, usual),
    task(own, { base: address.fault_tss, ...options }),
  ],
  watch: [address.fault_tss + 0x20, address.fault_tss + 0x58, address.gdt + own],
  ...more,
})

const oldTasks: readonly Probe[] = [
  oldTask('with a limit of 5Fh', { limit: 0x5f }),
  oldTask('with a limit of 5Eh', { limit: 0x5e }),
  oldTask('with a limit of 5Dh', { limit: 0x5d }),
  oldTask('with a limit of 0', { limit: 0 }),
  oldTask('of 16 bits with a limit of 29h', { limit: 0x29, type: tss16 }),
  oldTask('of 16 bits with a limit of 28h', { limit: 0x28, type: tss16 }),
]

const flags: readonly Probe[] = [
  change('RF of the new task', { eflags: 0x1_0002 }),
  change('TF of the old task', {}, [], { code: 'pushfd; or dword [esp], 0x100; popfd; jmp other_task:0' }),
  change('NT of the old task, by JMP', {}, [], { flags: 0x4002 }),
  change('every flag', { eflags: 0x7fff_8fff & ~0x2_0100 }),
  change('local breakpoints are off', {}, [], { code: 'mov eax, 0x7ff; mov dr7, eax; jmp other_task:0' }),
  change(
    'the trap bit by INT',
    { trap: true },
    [idt(0x20, gate({ selector: other, offset: 0, type: taskGate, dpl: 3 }))],
    {
      code: 'int 0x20',
    },
  ),
  change('the trap bit by CALL', { trap: true }, [], { code: 'call other_task:0' }),
  change('virtual-8086 mode with EIP beyond FFFFh', {
    eip: 0x1_0000,
    eflags: 0x2_0002,
    segments: [0, address.code >> 4, 0, 0, 0, 0],
  }),
  change('SS of 16 bits', { segments: withSegments({ [ss]: selector.data16 }) }),
]

const narrow = (described: Task) =>
  task16(address.other_tss, {
    ...usual,
    registers: [1, 2, 3, 4, 0xa000, 6, 7, 8],
    eip: 0x800,
    segments: [0x28, 0x20, 0x28, 0x28],
    ...described,
  })
const narrowTasks: readonly Probe[] = [
  change('16 bits: upper flags', {}, [narrow({}), task(other, { type: tss16, limit: 0x2b })], {
    flags: 0x24_0002,
  }),
  change('16 bits: NT and IOPL', {}, [narrow({ eflags: 0x7002 }), task(other, { type: tss16, limit: 0x2b })]),
  change('16 bits: LDT', {}, [
    narrow({ ldt: selector.ldt_selector }),
    task(other, { type: tss16, limit: 0x2b }),
  ]),
]

/** An error code is as wide as the new task. */
const codes: readonly Probe[] = [
  change('error code in a 32-bit task', {}, [idt(13, gate({ selector: other, offset: 0, type: taskGate }))], {
    code: 'mov ax, 0x200; mov ds, ax',
    watch: [0x9ff8],
  }),
  change(
    'error code without room',
    { registers: [1, 2, 3, 4, 2, 6, 7, 8], segments: withSegments({ [ss]: own }) },
    [
      idt(13, gate({ selector: other, offset: 0, type: taskGate })),
      ...taskGates(8),
      gdt(own, segment({ limit: 0xfff })),
    ],
    { code: 'mov ax, 0x200; mov ds, ax' },
  ),
  change(
    'a new task that faults at a fault',
    { segments: withSegments({ [ds]: beyond }) },
    [idt(13, gate({ selector: other, offset: 0, type: taskGate })), ...taskGates(8)],
    { code: 'mov ax, 0x200; mov ds, ax' },
  ),
]

const entry = (page: number) => address.legacy_table + 4 * (page >> 12)
const pages: readonly Probe[] = [
  change('both task states not mapped', {}, [], {
    state: 'paged32',
    code: `mov dword [${entry(address.tss)}], 0; mov dword [${entry(address.other_tss)}], 0; invlpg [tss]; invlpg [other_tss]; jmp other_task:0`,
    watch: [],
  }),
  change('the GDT read-only', {}, [], {
    state: 'paged32',
    code: `mov dword [${entry(address.gdt)}], ${address.gdt | 1}; invlpg [gdt]; jmp other_task:0`,
    watch: [],
  }),
  change(
    'the new task state over two pages',
    {},
    [
      task(other, { base: address.data + 0xfc0 }),
      doublewords(address.data + 0xfe0, landing, 2),
      doublewords(address.data + 0xff8, stackTop.ist1),
      doublewords(address.data2 + 0x08, ...flatTaskSegments),
    ],
    { watch: [] },
  ),
  change('CR3 of PAE', { cr3: address.pae_pdpt | 8 }, [], { state: 'pae32' }),
]

const links: readonly Probe[] = [
  change('a task that calls itself by IRET', {}, [], {
    flags: 0x4002,
    code: 'mov word [tss], main_task; iretd; mov ecx, 1',
  }),
  change('CALL sets the link alone', { link: 0x1234 }, [words(address.other_tss + 2, 0x5678)], {
    code: 'call other_task:0',
    watch: [address.other_tss],
  }),
]

export const taskDetails: ProbeGroup = {
  name: 'task-details',
  manual: '7.2-7.6, table 7-1',
  probes: [...order, ...accessed, ...oldTasks, ...flags, ...narrowTasks, ...codes, ...pages, ...links],
}
