import {
  doublewords,
  gate,
  gate64,
  gdt,
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
import { landing, landingPiece, taskGates } from './common.ts'

const { own } = selector
const { code, conforming, executeOnly, data } = segmentType
/** A second descriptor of the probe's own. */
const second = own + 0x10

const from = ['prot32', 'prot32u', 'compat32', 'compat32u', 'long64', 'long64u'] satisfies StateName[]

/** JMP or CALL to a selector; 64-bit mode knows the indirect form alone. */
function transfer(
  state: StateName,
  operation: 'jmp' | 'call',
  what: string,
  to: { readonly selector: number; readonly offset?: number },
  memory: readonly Piece[] = [],
): Probe {
  const { offset = landing } = to
  const pointer = [doublewords(address.data, offset), words(address.data + 4, to.selector)]
  const line =
    states[state].bits === 64
      ? `${operation} far dword [data]`
      : `${operation} dword 0x${to.selector.toString(16)}:0x${offset.toString(16)}`
  const name = `${state} ${operation.toUpperCase()} ${what}`
  const pieces = [landingPiece, ...pointer, ...memory]
  return { name, state, code: line, memory: pieces, watch: stackWatch(state) }
}

/** What is pushed, on the stack of the state. */
function stackWatch(state: StateName): readonly number[] {
  const top = states[state].sp
  return [top - 8, top - 16]
}

const wide = (state: StateName) => (states[state].handlers === 64 ? { big: false, long: true } : {})

const plainTargets: readonly (readonly [string, Segment])[] = [
  ['code', { type: code }],
  ['code not accessed', { type: code & ~1 }],
  ['execute-only code', { type: executeOnly }],
  ['code not present', { type: code, present: false }],
  ['conforming code', { type: conforming }],
  ['conforming code of DPL 0', { type: conforming, dpl: 0 }],
  ['data', { type: data }],
  ['code that ends before', { type: code, limit: 0x7ff }],
]

const plain = from.flatMap((state) => {
  const level = states[state].cs & 3
  const at = own | level
  return [
    transfer(state, 'jmp', 'to null', { selector: 0 }),
    transfer(state, 'jmp', 'to null with RPL 3', { selector: 3 }),
    transfer(state, 'call', 'beyond the GDT', { selector: 0x200 }),
    transfer(state, 'jmp', 'into an LDT that is not there', { selector: 0x0c }),
    ...plainTargets.flatMap(([what, options]) => {
      const memory = [gdt(own, segment({ dpl: level, ...wide(state), ...options }))]
      const jump = transfer(state, 'jmp', `to ${what}`, { selector: at }, memory)
      return what === 'code'
        ? [jump, transfer(state, 'call', `to ${what}`, { selector: at }, memory)]
        : [jump]
    }),
  ]
})

const privileges = (['prot32', 'prot32u'] satisfies StateName[]).flatMap((state) =>
  [0, 1, 3].flatMap((dpl) =>
    [0, 1, 3].flatMap((rpl) =>
      [code, conforming].map((type) => {
        const what = `${type === code ? 'code' : 'conforming'} DPL ${dpl} RPL ${rpl}`
        return transfer(state, 'jmp', what, { selector: own | rpl }, [gdt(own, segment({ type, dpl }))])
      }),
    ),
  ),
)

const longSizes: readonly Probe[] = [
  transfer('long64', 'jmp', 'to D and L', { selector: own }, [gdt(own, segment({ type: code, long: true }))]),
  transfer('long64', 'jmp', 'to compatibility code', { selector: selector.code32 }),
  transfer('long64', 'call', 'to compatibility code', { selector: selector.code32 }),
  transfer('compat32', 'jmp', 'to 64-bit code', { selector: selector.code64 }),
  transfer('compat32', 'call', 'to 64-bit code', { selector: selector.code64 }),
  transfer('prot32', 'jmp', 'to code with L outside long mode', { selector: own }, [
    gdt(own, segment({ type: code, long: true, big: false })),
  ]),
  {
    name: 'long64 JMP m16:64',
    state: 'long64',
    code: 'db 0x48; jmp far [data]',
    memory: [landingPiece, quadwords(address.data, BigInt(landing), BigInt(selector.code64))],
  },
  {
    name: 'long64 JMP m16:64 to a non-canonical offset',
    state: 'long64',
    code: 'db 0x48; jmp far [data]',
    memory: [quadwords(address.data, 1n << 47n, BigInt(selector.code64))],
  },
  {
    name: 'long64 CALL m16:64',
    state: 'long64',
    code: 'db 0x48; call far [data]',
    memory: [landingPiece, quadwords(address.data, BigInt(landing), BigInt(selector.code64))],
    watch: stackWatch('long64'),
  },
  {
    name: 'long64 CALL m16:16',
    state: 'long64',
    code: 'call far word [data]',
    memory: [landingPiece, words(address.data, 0x800, selector.code64)],
    watch: stackWatch('long64'),
  },
  { name: 'long64 JMP ptr16:32 is no instruction', state: 'long64', code: 'db 0xea, 0, 0, 1, 0, 0x18, 0' },
  { name: 'long64 CALL ptr16:32 is no instruction', state: 'long64', code: 'db 0x9a, 0, 0, 1, 0, 0x18, 0' },
  { name: 'prot32 JMP far of a register', state: 'prot32', code: 'db 0xff, 0xe8' },
  { name: 'prot32 CALL far of a register', state: 'prot32', code: 'db 0xff, 0xd8' },
]

const systemTypes = (['prot32', 'long64'] satisfies StateName[]).flatMap((state) =>
  Array.from({ length: 16 }, (_, type) => type)
    .filter((type) => ![1, 4, 5, 9, 12].includes(type))
    .map((type) =>
      transfer(state, 'jmp', `to system type ${type}`, { selector: own }, [
        gdt(own, segment({ type, system: true, limit: 0x67, base: address.other_tss, big: false }), 0n),
      ]),
    ),
)

interface CallGate {
  readonly selector?: number
  readonly offset?: number | bigint
  readonly type?: number
  readonly dpl?: number
  readonly present?: boolean
  readonly count?: number
}

/** Through a call gate at `own`. */
function throughGate(
  state: StateName,
  operation: 'jmp' | 'call',
  what: string,
  options: CallGate,
  memory: readonly Piece[] = [],
  rpl = 0,
): Probe {
  const long = states[state].handlers === 64
  const usual = { selector: long ? selector.code64 : selector.code32, offset: landing, dpl: 3 }
  const described = { ...usual, type: systemType.callGate32, ...options }
  const values = long ? gate64(described) : [gate(described)]
  const probe = transfer(state, operation, `gate ${what}`, { selector: own | rpl, offset: 0x1234 }, [
    gdt(own, ...values),
    ...memory,
  ])
  const inner = [0x8ff8, 0x8ff0, 0x8fe8, 0x8fe0]
  return { ...probe, watch: [...inner, ...stackWatch(state).filter((at) => !inner.includes(at))] }
}

const gates = (['prot32', 'prot32u', 'long64', 'long64u', 'compat32u'] satisfies StateName[]).flatMap(
  (state) => {
    const target = (what: string, options: Segment) =>
      throughGate(state, 'call', `to ${what}`, { selector: second }, [
        gdt(second, segment({ type: code, ...wide(state), ...options })),
      ])
    return [
      throughGate(state, 'call', '', {}),
      throughGate(state, 'jmp', '', {}),
      throughGate(state, 'call', 'not present', { present: false }),
      throughGate(state, 'call', 'of DPL 0', { dpl: 0 }),
      throughGate(state, 'call', 'of DPL 0, RPL 3', { dpl: 0 }, [], 3),
      throughGate(state, 'call', 'to null', { selector: 0 }),
      throughGate(state, 'call', 'beyond the GDT', { selector: 0x200 }),
      target('data', { type: data, long: false, big: true }),
      target('code not present', { present: false }),
      target('code of DPL 3', { dpl: 3 }),
      target('conforming code', { type: conforming }),
      throughGate(state, 'jmp', 'to conforming code', { selector: second }, [
        gdt(second, segment({ type: conforming, ...wide(state) })),
      ]),
    ]
  },
)

const parameters = [1, 2, 5, 31].map((count): Probe => {
  const probe = throughGate('prot32u', 'call', `with ${count} parameters`, { count })
  const pushes = Array.from(
    { length: Math.min(count, 6) },
    (_, index) => `push 0x${(index + 1).toString(16)}1111`,
  )
  return { ...probe, code: [...pushes, probe.code].join(';') }
})

const gate16 = (state: StateName, what: string, options: CallGate, memory: readonly Piece[] = []) =>
  throughGate(
    state,
    'call',
    what,
    { type: systemType.callGate16, selector: second, offset: 0x800, ...options },
    [gdt(second, segment({ type: code, base: address.code, limit: 0xffff, big: true })), ...memory],
  )

const narrowGates: readonly Probe[] = [
  gate16('prot32', 'of 16 bits', {}),
  gate16('prot32u', 'of 16 bits', {}),
  {
    ...gate16('prot32u', 'of 16 bits with 2 parameters', { count: 2 }),
    name: 'prot32u CALL gate of 16 bits with 2 words',
  },
  gate16('long64', 'of 16 bits', {}),
]

const longGates: readonly Probe[] = [
  throughGate('long64', 'call', 'to compatibility code', { selector: selector.code32 }),
  throughGate('long64u', 'call', 'to a non-canonical offset', { offset: 1n << 47n }),
  throughGate('long64', 'call', 'with a type in its upper half', {}, [
    quadwords(address.gdt + own + 8, 1n << 40n),
  ]),
  throughGate('long64u', 'call', 'RSP0 non-canonical', {}, [quadwords(address.tss + 4, 1n << 47n)]),
  throughGate('long64u', 'call', 'RSP0 not mapped', {}, [quadwords(address.tss + 4, 0x1234_5000n)]),
]

/** Faults about the new stack are found before anything is pushed: #TS goes to a task of its own. */
const innerStack = (what: string, ss: number, fault: number, options: Segment = {}): Probe => ({
  ...throughGate('prot32u', 'call', `SS0 ${what}`, {}, [
    words(address.tss + 8, ss),
    gdt(second, segment({ type: data, ...options })),
    ...taskGates(10, 12, 13),
    doublewords(address.fault_tss + 0x20, stub[32](fault)),
  ]),
  watch: [address.tss + 0x20, address.tss + 0x38],
})

const innerStacks: readonly Probe[] = [
  innerStack('null', 0, 10),
  innerStack('beyond the GDT', 0x200, 10),
  innerStack('with RPL 3', second | 3, 10),
  innerStack('with DPL 3', second, 10, { dpl: 3 }),
  innerStack('read-only', second, 10, { type: segmentType.readOnly }),
  innerStack('not present', second, 12, { present: false }),
  innerStack('too small', second, 12, { limit: 0x8ff0 }),
]

export const farTransfers: ProbeGroup = {
  name: 'far-transfers',
  manual: 'Vol. 2 JMP, CALL; 5.8',
  probes: [
    ...plain,
    ...privileges,
    ...longSizes,
    ...systemTypes,
    ...gates,
    ...parameters,
    ...narrowGates,
    ...longGates,
    ...innerStacks,
  ],
}
