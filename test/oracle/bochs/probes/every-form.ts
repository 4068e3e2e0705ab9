import type { Bits } from '../../../../src/machine/cpu/decode/decoder.ts'
import { modelFeatures } from '../../../../src/machine/cpu/table/features.ts'
import type { Row } from '../../../../src/machine/cpu/table/row.ts'
import { rows } from '../../../../src/machine/cpu/table/rows.ts'
import { type Form, formsOf, isRecorded } from '../../forms.ts'
import { gdt, type Piece, segment, systemType } from '../descriptors.ts'
import { address, selector } from '../layout.ts'
import type { Probe, ProbeGroup } from '../probe.ts'
import { type StateName, states } from '../states.ts'
import { landing, landingPiece } from './common.ts'

/** Bytes as an operand in memory or on the stack has them. */
type Bytes = readonly number[]

/** What an instruction needs in order to get through. */
interface Needs {
  /** Before it. */
  readonly setup?: string
  /** Behind it, where what it gives is a fact of a model. */
  readonly after?: string
  /** At `data`, where BX points and memory operands are. */
  readonly memory?: Bytes
  /** On the stack. */
  readonly stack?: Bytes
  /** Behind ModRM. */
  readonly immediate?: string
  /** ModRM.reg and the register in ModRM.rm, where CX and AX do not do. */
  readonly reg?: number
  readonly rm?: number
  readonly more?: Partial<Probe>
}

interface Place extends Form {
  readonly state: StateName
}

/** Stacks of these probes, in a page of their own. */
/** A page that no paging mode of the states maps. */
const notPresent = 0x40_1000
const stackAt = address.data2 + 0x80
const states16: readonly StateName[] = ['real16', 'prot16', 'v86']
const statesOf: Readonly<Record<Bits, readonly StateName[]>> = {
  16: states16,
  32: ['prot32', 'compat32'],
  64: ['long64'],
}

const little = (value: number, bytes: number): Bytes =>
  Array.from({ length: bytes }, (_, index) => Math.floor(value / 2 ** (8 * index)) % 256)
const hasParagraphs = ({ state }: Place) => state === 'real16' || state === 'v86'

/** Where far transfers lead: 16-bit offsets into 16-bit code, wider ones into code as it is. */
function target({ bytes, bits, ...rest }: Place): { readonly selector: number; readonly offset: number } {
  if (hasParagraphs({ bytes, bits, ...rest }))
    return { selector: address.code >> 4, offset: landing - address.code }
  if (bits === 16 || bytes === 2) return { selector: selector.code16, offset: landing - address.code }
  return { selector: bits === 64 ? selector.code64 : selector.code32, offset: landing }
}

const pointer = (place: Place): Bytes => {
  const { selector: code, offset } = target(place)
  return [...little(offset, place.bytes), ...little(code, 2)]
}
const dataSelector = (place: Place) => (hasParagraphs(place) ? 0 : states[place.state].data)
const dataPointer = (place: Place): Bytes => [
  ...little(0x5678, place.bytes),
  ...little(dataSelector(place), 2),
]
/** 10 bytes: limit and base. */
const tableAt = (limit: number, base: number): Bytes => [...little(limit, 2), ...little(base, 8)]

const ownTask: readonly Piece[] = [
  gdt(
    selector.own,
    segment({ base: address.other_tss, limit: 0x67, type: systemType.tss32, system: true, big: false }),
    0n,
  ),
]
const selectorIn = (value: number): Needs => ({ setup: `mov eax, ${value}`, memory: little(value, 2) })
const discard = 'mov eax, 0; mov ecx, 0; mov edx, 0; mov ebx, 0'
const readModel = { setup: 'mov ecx, 0x277', after: discard }
const far = (place: Place): Needs => ({
  memory: pointer(place),
  immediate: `${place.bytes === 2 ? 'dw' : 'dd'} ${target(place).offset}; dw ${target(place).selector}`,
  more: { memory: [landingPiece] },
})
/** What returns take from the stack: of the operand size, SP and SS last. */
function returnFrame(place: Place, ...behind: readonly number[]): Needs {
  const { selector: code, offset } = target(place)
  const values = [offset, code, ...behind]
  return { stack: values.flatMap((value) => little(value, place.bytes)), more: { memory: [landingPiece] } }
}
const withCr4 = (bit: number, state: StateName): string => {
  const a = states[state].bits === 64 ? 'rax' : 'eax'
  return state === 'v86' ? '' : `mov ${a}, cr4; or eax, 1 << ${bit}; mov cr4, ${a};`
}

const arrival = states.long64.sp
const needs: Readonly<Record<string, (place: Place, row: Row) => Needs>> = {
  JMPF: far,
  CALLF: far,
  RETF: (place, { operands }) => ({
    ...returnFrame(place),
    ...(operands.length > 0 && { immediate: 'dw 4' }),
  }),
  IRET: (place) => returnFrame(place, 0x8d7, arrival, place.bits === 64 ? selector.data32 : 0),
  POPF: (place) => ({ stack: little(0x8d7, place.bytes) }),
  INT: () => ({ immediate: 'db 0x21' }),
  INTO: () => ({ setup: 'mov al, 0x7f; inc al' }),
  POPS: (place) => ({ stack: little(dataSelector(place), place.bytes) }),
  'MOV Sw': (place) => ({ ...selectorIn(dataSelector(place)), reg: 0 }),
  'MOV Cy': (place) => ({ setup: place.bits === 64 ? 'mov rax, cr2' : 'mov eax, cr2', reg: 2, after: 'nop' }),
  'MOV Dy': () => ({ setup: 'mov eax, 0x1234', reg: 1 }),
  ARPL: () => ({ setup: 'mov eax, 0x10; mov ecx, 3', memory: [0x10, 0] }),
  LLDT: () => selectorIn(selector.ldt_selector),
  LTR: () => ({ ...selectorIn(selector.own), more: { memory: ownTask } }),
  LGDT: () => ({ memory: tableAt(0x1ff, address.gdt) }),
  LIDT: (place) => ({
    memory: tableAt(place.state === 'real16' ? 0x3ff : 0xfff, place.state === 'real16' ? 0 : address.idt),
  }),
  LMSW: (place) => selectorIn(place.state === 'real16' ? 0x10 : 0x1a + 1),
  IN: (_, { operands }) => (operands[1] === 'Ib' ? { immediate: 'db 0xe0' } : { setup: 'mov edx, 0x2000' }),
  OUT: (_, { operands }) => (operands[0] === 'Ib' ? { immediate: 'db 0xe0' } : { setup: 'mov edx, 0x2000' }),
  INS: () => ({ setup: `mov edx, 0x2000; mov edi, ${address.data}` }),
  OUTS: () => ({ setup: `mov edx, 0x2000; mov esi, ${address.data}` }),
  RDTSC: () => ({ after: discard }),
  RDTSCP: () => ({ after: discard }),
  RDMSR: () => readModel,
  WRMSR: () => ({ setup: 'mov ecx, 0x174; mov eax, 0; mov edx, 0' }),
  CPUID: () => ({ setup: 'mov eax, 0; mov ecx, 0', after: discard }),
  RDRAND: () => ({ rm: 0, after: discard }),
  XGETBV: ({ state }) => ({ setup: `${withCr4(18, state)} mov ecx, 0` }),
  XSETBV: ({ state }) => ({ setup: `${withCr4(18, state)} mov ecx, 0; mov eax, 3; mov edx, 0` }),
  RDPKRU: ({ state }) => ({ setup: `${withCr4(22, state)} mov ecx, 0`, more: { model: 'corei7_icelake_u' } }),
  WRPKRU: ({ state }) => ({
    setup: `${withCr4(22, state)} mov ecx, 0; mov edx, 0; mov eax, 0`,
    more: { model: 'corei7_icelake_u' },
  }),
  MONITOR: () => ({ setup: `mov eax, ${address.data}; mov ecx, 0; mov edx, 0` }),
  MWAIT: () => ({ setup: 'mov eax, 0; mov ecx, 0' }),
  INVPCID: () => ({ setup: 'mov ecx, 2', memory: little(0, 16) }),
  SYSRET: ({ state }) => ({
    setup: `mov ecx, 0xc0000081; mov eax, 0; mov edx, 0x30; wrmsr; mov ecx, ${landing}; mov r11d, 2`,
    more: { memory: [landingPiece], ...(state === 'long64' && {}) },
  }),
  SYSENTER: () => ({
    setup: `mov ecx, 0x174; mov eax, 8; mov edx, 0; wrmsr; inc ecx; mov eax, ${stackAt}; wrmsr; inc ecx; mov eax, ${landing}; wrmsr`,
    more: { memory: [landingPiece] },
  }),
  SYSEXIT: () => ({
    setup: `mov ecx, 0x174; mov eax, 0x20; mov edx, 0; wrmsr; mov ecx, ${stackAt}; mov edx, ${landing}`,
    more: { memory: [landingPiece] },
  }),
  ...Object.fromEntries(
    ['RDFSBASE', 'RDGSBASE', 'WRFSBASE', 'WRGSBASE'].map((name) => [
      name,
      ({ state }: Place): Needs => ({ setup: `${withCr4(16, state)} mov eax, 0x12345678` }),
    ]),
  ),
  ...Object.fromEntries(
    ['VERR', 'VERW', 'LAR', 'LSL'].map((name) => [name, () => selectorIn(selector.data32)]),
  ),
  ...Object.fromEntries(
    ['LES', 'LDS', 'LSS', 'LFS', 'LGS'].map((name) => [
      name,
      (place: Place) => ({ memory: dataPointer(place) }),
    ]),
  ),
}

function needsOf(row: Row, place: Place): Needs {
  const special = row.operands.find((kind) => kind === 'Sw' || kind === 'Cy' || kind === 'Dy')
  return needs[special ? `${row.mnemonic} ${special}` : row.mnemonic]?.(place, row) ?? {}
}

/** Memory by way of BX, registers as ModRM.rm. */
function bytesOf(row: Row, place: Place, { reg = 1, rm = 0, immediate }: Needs, at = 'bx'): string {
  const { bits, bytes, isMemory } = place
  const normal = bits === 16 ? 2 : 4
  const size = bytes === 8 || (bits === 64 && row.facts.in64) ? [] : bytes === normal ? [] : [0x66]
  const wide = bytes === 8 && !row.facts.in64 ? [0x48] : []
  const prefixed = /^(?:(?:NP|NFx|66|F2|F3) )?(.*)$/.exec(row.encoding)?.[1] ?? ''
  const own = { '66': [0x66], f3: [0xf3], f2: [0xf2], none: [], nfx: [] }[row.facts.prefix ?? 'none']
  const opcode = (prefixed.match(/\b[0-9A-F]{2}\b/g) ?? []).map((text) => Number.parseInt(text, 16))
  const field = (row.extension ?? reg) << 3
  const base =
    at === 'bp' ? (bits === 16 ? [0x46 | field, 0] : [0x45 | field, 0]) : [(bits === 16 ? 7 : 3) | field]
  const modrm = row.rm !== null || !row.modrm ? [] : isMemory ? base : [0xc0 | field | rm]
  const small = bits === 64 && row.facts.in64 === 'default64' && bytes === 2 ? [0x66] : []
  const code = [...size, ...small, ...own, ...wide, ...opcode, ...modrm].map(
    (byte) => `0x${byte.toString(16)}`,
  )
  return [`db ${code.join(', ')}`, immediate].filter(Boolean).join('; ')
}

function nameOf(row: Row, { state, bytes, isMemory }: Place): string {
  const operands = row.operands.join(',')
  return `${state} ${row.encoding} ${row.mnemonic}${operands && ` ${operands}`}, ${8 * bytes} bits${isMemory ? ', memory' : ''}`
}

const pushes = ({ mnemonic }: Row) => mnemonic.startsWith('PUSH') || mnemonic === 'CALLF'

function probeOf(row: Row, place: Place): Probe {
  const own = needsOf(row, place)
  const { setup, after, memory = [], stack = [], more } = own
  const filled = { at: address.data, bytes: Uint8Array.from({ length: 32 }, (_, at) => memory[at] ?? 0x11) }
  const pushed = {
    at: stackAt - 32,
    bytes: Uint8Array.from({ length: 96 }, (_, at) => stack[at - 32] ?? 0x22),
  }
  const code = [
    stack.length > 0 || pushes(row) ? `mov esp, ${stackAt}` : '',
    setup,
    row.mnemonic === 'CPUID' ? '' : `mov ebx, ${address.data}`,
    bytesOf(row, place, own),
    after,
  ]
  return {
    name: nameOf(row, place),
    state: place.state,
    code: code.filter(Boolean).join('; '),
    watch: [
      ...(place.isMemory || row.mnemonic === 'INS' ? [address.data, address.data + 8] : []),
      ...(pushes(row) ? [stackAt - 8, stackAt - 16] : []),
    ],
    ...(place.state === 'v86' && { flags: 0x2_3002 }),
    ...more,
    memory: [filled, pushed, ...(more?.memory ?? [])],
  }
}

/** Ways for an operand in memory to be out of reach; INS and OUTS have theirs elsewhere. */
const outOfReach: readonly {
  readonly what: string
  readonly state: StateName
  readonly code: string
  readonly base?: 'bp'
  readonly memory?: readonly Piece[]
}[] = [
  ...(['paged32', 'paged32u', 'long64', 'long64u'] satisfies StateName[]).map((state) => ({
    what: 'not present',
    state,
    code: `mov ebx, ${notPresent}; mov edi, ebx; mov esi, ebx`,
  })),
  {
    what: 'past the limit',
    state: 'prot32',
    code: 'mov di, own + 8; mov ds, di; mov es, di; mov ebx, 0xf; mov edi, ebx; mov esi, ebx',
    memory: [gdt(selector.own + 8, segment({ limit: 0xe }))],
  },
  { what: 'not canonical', state: 'long64', code: 'mov rbx, 1 << 47; mov rdi, rbx; mov rsi, rbx' },
  { what: 'not canonical, by BP', state: 'long64', code: 'mov rbp, 1 << 47', base: 'bp' },
]

const offsetFirst = new Set(['LES', 'LDS', 'LSS', 'LFS', 'LGS', 'LGDT', 'LIDT'])
const firstByte: Readonly<Partial<Record<StateName, string>>> = {
  paged32: '#PF(0) 8:+9 flags=10002 on=10:8ff0 cr2=401000 ebx=401000 esi=401000 edi=401000',
  paged32u: '#PF(4) 33:+9 flags=10002 sp=3b:b000 on=10:8fe8 cr2=401000 ebx=401000 esi=401000 edi=401000',
  long64: '#PF(0) 18:+9 flags=10002 sp=10:9000 on=10:8fd0 cr2=401000 rbx=401000 rsi=401000 rdi=401000',
  long64u: '#PF(4) 43:+9 flags=10002 sp=3b:b000 on=0:8fd0 cr2=401000 rbx=401000 rsi=401000 rdi=401000',
}
const lowestFirst =
  'Vol. 2, Operation: what lies lowest is read first, as silicon does (LSS, LFS, LGS; an AMD EPYC)'

function faultsOf(row: Row): readonly Probe[] {
  const isString = row.operands.some((kind) => /^[XY]/.test(kind))
  const form = looks(row).find(({ isMemory }) => isMemory || isString)
  if (!form) return []
  return outOfReach.flatMap(({ what, state, code, base, memory = [] }) => {
    const { bits, cs } = states[state]
    const isThere = row.facts.only === undefined || (row.facts.only === 'long') === (bits === 64)
    const isClosed = (cs & 3) === 3 && (row.facts.privileged === true || isString)
    if (!isThere || isClosed || (base && isString)) return []
    const place: Place = { ...form, bits, bytes: bits === 64 && row.facts.in64 ? 8 : 4, state }
    const own = needsOf(row, place)
    const more = [...(own.more?.memory ?? []), ...memory]
    return {
      name: `${state} ${row.encoding} ${row.mnemonic}, ${what}`,
      state,
      code: [own.setup, code, bytesOf(row, place, own, base)].filter(Boolean).join('; '),
      memory: more,
      ...(what === 'not present' &&
        offsetFirst.has(row.mnemonic) && {
          instead: { expect: [firstByte[state] ?? ''], because: lowestFirst },
        }),
    }
  })
}

const resumesGuarded =
  'Vol. 3B 17.3.1.1: RF is pushed as 1 for any fault but that of an instruction breakpoint; Bochs pushes 0'

/** What stands in a control register's way. */
const refused: readonly Probe[] = [
  ...['rdfsbase', 'rdgsbase', 'wrfsbase', 'wrgsbase'].map((name) => ({
    name: `${name.toUpperCase()} without CR4.FSGSBASE`,
    state: 'long64' as const,
    code: `${name} rax`,
  })),
  ...(['prot32', 'long64'] satisfies StateName[]).flatMap((state) => {
    const a = states[state].bits === 64 ? 'rax' : 'eax'
    const expect = {
      prot32: '#DB 8:+8 flags=10002 on=10:8ff4 dr6=ffff2ff0 eax=2400',
      long64: '#DB 18:+8 flags=10002 sp=10:9000 on=10:8fd8 dr6=ffff2ff0 rax=2400',
    }[state]
    return [`mov dr2, ${a}`, `mov ${a}, dr6`, `mov dr4, ${a}`].map((move) => ({
      name: `${state} ${move.toUpperCase()}, guarded`,
      state,
      code: `mov ${a}, 0x2400; mov dr7, ${a}; ${move}`,
      instead: { expect: [expect], because: resumesGuarded },
    }))
  }),
]

/** Rows that the host does not record: each in every width of code, operand size and shape. */
const systemRows = rows.filter((row) => {
  const { alwaysUndefined, fpu, cpuid } = row.facts
  const isClaimed = !cpuid || modelFeatures.has(cpuid)
  return !isRecorded(row) && !alwaysUndefined && isClaimed && (!fpu || fpu === 'xcr')
})

function looks(row: Row): readonly Form[] {
  const forms = new Map(formsOf(row).map((form) => [`${form.bits} ${form.bytes} ${form.isMemory}`, form]))
  return [...forms.values()]
}

/**
 * Elsewhere: there is no counter for RDPMC to read, and in 64-bit code Bochs is wrong about IRET with
 * operands of 16 and 32 bits (`returns.ts`).
 */
function isElsewhere({ mnemonic }: Row, { bits, bytes }: Form): boolean {
  return mnemonic === 'RDPMC' || (mnemonic === 'IRET' && bits === 64 && bytes !== 8)
}

const everyForm = systemRows.flatMap((row) =>
  looks(row)
    .filter((form) => !isElsewhere(row, form))
    .flatMap((form) => statesOf[form.bits].map((state) => probeOf(row, { ...form, state }))),
)

export const forms: ProbeGroup = {
  name: 'forms',
  manual: 'Vol. 2 at each instruction',
  probes: everyForm,
}

export const formFaults: ProbeGroup = {
  name: 'form-faults',
  manual: 'Vol. 2 at each instruction, 3.1.1.12-17; 4.7; 6.15',
  probes: [...systemRows.flatMap(faultsOf), ...refused],
}
