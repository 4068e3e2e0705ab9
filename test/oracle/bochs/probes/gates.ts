import {
  doublewords,
  type Gate,
  gate,
  gate64,
  gdt,
  idt,
  idt64,
  type Piece,
  quadwords,
  type Segment,
  segment,
  segmentType,
  systemType,
  words,
} from '../descriptors.ts'
import { address, selector, stub } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import { type StateName, states } from '../states.ts'
import { taskGates } from './common.ts'

/** The vector that these probes call; its handler is one of the common stubs. */
const vector = 0x20

const { code32, code64, code1, rom32, own } = selector
const { interruptGate16, trapGate16, taskGate, interruptGate32, trapGate32 } = systemType

/** The gate of `at` in the IDT of a state. */
function gateIn(state: StateName, changes: Partial<Gate>, at = vector): Piece {
  if (states[state].handlers === 64) {
    return idt64(at, gate64({ selector: code64, offset: stub[64](at), type: interruptGate32, ...changes }))
  }
  return idt(at, gate({ selector: code32, offset: stub[32](at), type: interruptGate32, ...changes }))
}

const call = `nop; int 0x${vector.toString(16)}`

function through(state: StateName, what: string, changes: Partial<Gate>, more: Partial<Probe> = {}): Probe {
  const { memory = [], ...rest } = more
  const pieces = [gateIn(state, changes), ...memory]
  return { name: `${state} ${what}`, state, code: call, memory: pieces, ...rest }
}

const bothLevels = ['prot32', 'prot32u', 'long64', 'long64u'] satisfies StateName[]
const kernels = ['prot32', 'long64'] satisfies StateName[]

const privilege = bothLevels.flatMap((state) =>
  [0, 1, 2, 3].map((dpl) => through(state, `gate with DPL ${dpl}`, { dpl })),
)

const types = kernels.flatMap((state) =>
  Array.from({ length: 16 }, (_, type) => type)
    .filter((type) => type !== taskGate && type !== interruptGate16 && type !== trapGate16)
    .map((type) => through(state, `gate of type ${type}`, { type })),
)

/** S = 1 makes it a code or data segment. */
const segments = kernels.map((state) => through(state, 'gate with S set', { type: 0x1e }))

const presence = bothLevels.flatMap((state) => [
  through(state, 'gate not present', { present: false, dpl: 3 }),
  through(state, 'gate not present, DPL 0', { present: false }),
  through(state, 'gate not present, bad type', { present: false, dpl: 3, type: 0 }),
])

const narrow = (['prot32', 'prot32u', 'prot16'] satisfies StateName[]).flatMap((state) =>
  [interruptGate16, trapGate16].map((type) =>
    through(
      state,
      `16-bit gate of type ${type}`,
      { type, selector: rom32, offset: stub[32](vector) & 0xffff, dpl: 3 },
      { frame: 16 },
    ),
  ),
)

const limits = bothLevels.flatMap((state): Probe[] => {
  const bytes = states[state].handlers === 64 ? 16 : 8
  const more = (idtLimit: number): Partial<Probe> => ({ idtLimit })
  return [
    through(state, 'IDT ends inside the gate', { dpl: 3 }, more(bytes * vector + bytes - 2)),
    through(state, 'IDT ends with the gate', { dpl: 3 }, more(bytes * vector + bytes - 1)),
    through(state, 'IDT ends before the gate', { dpl: 3 }, more(bytes * vector - 1)),
  ]
})

/** What stands where the gate's selector points. */
function target(state: StateName, what: string, options: Segment, more: Partial<Gate> = {}): Probe {
  const long = states[state].handlers === 64
  const usual = { type: segmentType.code, big: !long, long }
  return through(
    state,
    `to ${what}`,
    { selector: own, dpl: 3, ...more },
    { memory: [gdt(own, segment({ ...usual, ...options }))] },
  )
}

const targets = bothLevels.flatMap((state) => [
  through(state, 'to the null selector', { selector: 0, dpl: 3 }),
  through(state, 'to null with RPL 3', { selector: 3, dpl: 3 }),
  through(state, 'beyond the GDT', { selector: 0x200, dpl: 3 }),
  through(state, 'into an LDT that is not there', { selector: 0x0c, dpl: 3 }),
  target(state, 'a data segment', { type: segmentType.data }),
  target(state, 'read-only data', { type: segmentType.readOnly }),
  target(state, 'a system segment', { type: systemType.ldt, system: true }),
  target(state, 'execute-only code', { type: segmentType.executeOnly }),
  target(state, 'code not present', { present: false }),
  target(state, 'code not accessed', { type: segmentType.code & ~1 }),
  target(state, 'code of DPL 3', { dpl: 3 }),
  target(state, 'conforming code', { type: segmentType.conforming }),
  target(state, 'conforming code of DPL 3', { type: segmentType.conforming, dpl: 3 }),
  target(state, 'code with RPL 3', {}, { selector: own | 3 }),
])

const sizes: readonly Probe[] = [
  target('long64', '32-bit code', { big: true, long: false }),
  target('long64', 'code with D and L', { big: true, long: true }),
  target('long64u', '32-bit code', { big: true, long: false }),
  target('prot32', 'a limit before the handler', { limit: 0xfff }),
  target('prot32u', 'a limit before the handler', { limit: 0xfff }),
  through('long64', 'to a non-canonical offset', { offset: 0x8000_0000_0000n }),
  through('long64u', 'to a non-canonical offset', { offset: 0x8000_0000_0000n, dpl: 3 }),
  through('prot32u', 'to level 1', { selector: code1, dpl: 3 }),
]

const stacks = ['prot32u', 'long64u'] satisfies StateName[]

/** A fault about the stack needs another stack: its handler is a task. */
const faultTask = {
  memory: taskGates(10, 12, 13),
  watch: [address.tss + 0x20],
}
const nextTask = (fault: number) => doublewords(address.fault_tss + 0x20, stub[32](fault))

/** The stack that a gate to an inner level takes from the TSS, and the exception that is to be expected. */
function stackOf(what: string, ss: number, fault: number, memory: readonly Piece[] = []): Probe {
  const pieces = [words(address.tss + 8, ss), ...memory, ...faultTask.memory, nextTask(fault)]
  return through('prot32u', `SS0 ${what}`, { dpl: 3 }, { memory: pieces, watch: faultTask.watch })
}
const data = (options: Segment) => [gdt(own, segment({ type: segmentType.data, ...options }))]

const legacyStacks: readonly Probe[] = [
  stackOf('null', 0, 10),
  stackOf('beyond the GDT', 0x200, 10),
  stackOf('with RPL 3', selector.data32 | 3, 10),
  stackOf('with DPL 3', own, 10, data({ dpl: 3 })),
  stackOf('read-only', own, 10, data({ type: segmentType.readOnly })),
  stackOf('code', own, 10, data({ type: segmentType.code })),
  stackOf('a system segment', own, 10, data({ type: systemType.ldt, system: true })),
  stackOf('not present', own, 12, data({ present: false })),
  stackOf('not accessed', own, 10, data({ type: segmentType.data & ~1 })),
  stackOf('16-bit', own, 10, data({ big: false })),
  stackOf('too small for the frame', own, 12, data({ limit: 0x8fff - 0x10 })),
  stackOf('expand-down', own, 12, data({ type: segmentType.expandDown, limit: 0x7fff })),
  stackOf('expand-down, too small', own, 12, data({ type: segmentType.expandDown, limit: 0x8ff0 })),
  through('prot32u', 'SS0 null, #TS the same way', { dpl: 3 }, { memory: [words(address.tss + 8, 0)] }),
]

const taskLimits = stacks.flatMap((state) => {
  const long = states[state].handlers === 64
  return (long ? [0x03, 0x0a, 0x0b, 0x67] : [0x03, 0x08, 0x09, 0x0b]).map((limit) =>
    through(
      state,
      `TSS limit ${limit.toString(16)}`,
      { dpl: 3 },
      {
        memory: [
          gdt(
            selector.main_task,
            segment({ base: address.tss, limit, type: systemType.tss32, system: true, big: false }),
          ),
          ...(long ? [] : [...faultTask.memory, nextTask(10)]),
        ],
        ...(limit === 9 && {
          instead: {
            expect: ['vector 20 33:+3 flags=2 sp=3b:b000 on=10:8fec'],
            because: 'Vol. 2 INT n: #TS if TSSstackAddress + 5 > limit; 4 + 5 is not more than 9',
          },
        }),
      },
    ),
  )
})

const stackTable: readonly Probe[] = [1, 2, 7].map((count) =>
  through('long64u', `IST ${count}`, { dpl: 3, count }, {}),
)

/** Faults that are no INT carry EXT in the error codes of what goes wrong on their way. */
const longStacks: readonly Probe[] = [
  ['non-canonical', 1n << 47n],
  ['not mapped', 0x1234_5000n],
  ['odd', 0x8fffn],
  ['8 bytes inside a page that is not mapped', 0x20_0008n],
].map(([what, value]) =>
  through(
    'long64u',
    `RSP0 ${what}`,
    { dpl: 3 },
    { memory: [quadwords(address.tss + 4, BigInt(value ?? 0))] },
  ),
)

const external = kernels.flatMap((state): Probe[] => {
  const breakpoint = (name: string, code: string, at: number, changes: Partial<Gate>) => ({
    name: `${state} ${name}`,
    state,
    code,
    memory: [gateIn(state, changes, at)],
  })
  return [
    breakpoint('INT1, gate not present', 'db 0xf1', 1, { present: false }),
    breakpoint('INT1, gate to null', 'db 0xf1', 1, { selector: 0 }),
    breakpoint('INT3, gate not present', 'int3', 3, { present: false, dpl: 3 }),
    breakpoint('INT 3, gate not present', 'db 0xcd, 3', 3, { present: false, dpl: 3 }),
    breakpoint('#DE, gate not present', 'xor ecx, ecx; div ecx', 0, { present: false }),
    breakpoint('#DE, gate to null', 'xor ecx, ecx; div ecx', 0, { selector: 0 }),
    breakpoint('#NM, gate not present', 'mov eax, cr0; or al, 8; mov cr0, eax; fnop', 7, { present: false }),
  ].map((probe) =>
    state === 'long64'
      ? { ...probe, code: probe.code.replaceAll('eax, cr0', 'rax, cr0').replaceAll('cr0, eax', 'cr0, rax') }
      : probe,
  )
})

const software = bothLevels.flatMap((state): Probe[] => [
  { name: `${state} INT3`, state, code: 'int3' },
  { name: `${state} INT 3, DPL 0`, state, code: 'db 0xcd, 3', memory: [gateIn(state, {}, 3)] },
  { name: `${state} INT3, DPL 0`, state, code: 'int3', memory: [gateIn(state, {}, 3)] },
  { name: `${state} INT1`, state, code: 'db 0xf1' },
  { name: `${state} INT 1`, state, code: 'int 1' },
  {
    name: `${state} INT 13 pushes no code`,
    state,
    code: 'int 13',
    memory: [gateIn(state, { dpl: 3, offset: stub[states[state].handlers](0x2d) }, 13)],
  },
])

const flags = (['prot32', 'prot32u', 'long64', 'long64u'] satisfies StateName[]).flatMap((state) =>
  [interruptGate32, trapGate32].map((type) =>
    through(
      state,
      `flags into type ${type}`,
      { type, dpl: 3 },
      {
        code: `popf${states[state].bits === 64 ? 'q' : 'd'}; int 0x20`.replace('popf', 'push 0x44ad7; popf'),
      },
    ),
  ),
)

export const gates: ProbeGroup = {
  name: 'gates',
  manual: '6.11-6.14, table 3-2; 6.12.1.3 flags',
  probes: [
    ...privilege,
    ...types,
    ...segments,
    ...presence,
    ...narrow,
    ...limits,
    ...targets,
    ...sizes,
    ...legacyStacks,
    ...longStacks,
    ...taskLimits,
    ...stackTable,
    ...external,
    ...software,
    ...flags,
  ],
}
