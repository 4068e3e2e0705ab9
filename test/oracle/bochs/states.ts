import {
  doublewords,
  flatTaskSegments,
  gate,
  gate64,
  gdt,
  idt,
  idt64,
  type Piece,
  page,
  quadwords,
  segment,
  segmentType,
  systemType,
  task32,
} from './descriptors.ts'
import { address, endEntry, endVector, kinds, selector, stackTop, stub, stubCount } from './layout.ts'

/** The states that a probe can begin in; a final `u` is privilege level 3. */
export type StateName =
  | 'real16'
  | 'prot16'
  | 'prot32'
  | 'prot32u'
  | 'paged32'
  | 'paged32u'
  | 'pae32'
  | 'pae32u'
  | 'v86'
  | 'compat32'
  | 'compat32u'
  | 'long64'
  | 'long64u'

export interface State {
  readonly kind: number
  /** Bits of the code; of the handlers. */
  readonly bits: 16 | 32 | 64
  readonly handlers: 16 | 32 | 64
  readonly cr0: number
  readonly cr3: number
  readonly cr4: number
  readonly efer: number
  readonly flags: number
  readonly cs: number
  readonly ss: number
  readonly sp: number
  /** DS, ES, FS, GS. */
  readonly data: number
  readonly tr: number
}

const control = { protected: 0x11, paged: 0x8001_0011 }
const pse = 0x10
const pae = 0x20
const smap = 0x20_0000
/** SCE, LME, NXE. */
const longEfer = 0x901

const base: State = {
  kind: kinds.kernel,
  bits: 32,
  handlers: 32,
  cr0: control.protected,
  cr3: 0,
  cr4: 0,
  efer: 0,
  flags: 2,
  cs: selector.code32,
  ss: selector.data32,
  sp: stackTop.stack0,
  data: selector.data32,
  tr: selector.main_task,
}

const user = {
  kind: kinds.user,
  cs: selector.user_code32,
  ss: selector.user_data32,
  sp: stackTop.stack3,
  data: selector.user_data32,
}
const paged = { cr0: control.paged, cr3: address.legacy_directory, cr4: pse }
const paePaged = { cr0: control.paged, cr3: address.pae_pdpt, cr4: pae, efer: 0x800 }
const long = {
  kind: kinds.long,
  handlers: 64,
  cr0: control.paged,
  cr3: address.pml4,
  cr4: pae,
  efer: longEfer,
}

export const states: Readonly<Record<StateName, State>> = {
  real16: { ...base, kind: kinds.real, bits: 16, handlers: 16, cs: address.code >> 4, ss: 0, data: 0, tr: 0 },
  prot16: { ...base, bits: 16, cs: selector.code16, ss: selector.data16, data: selector.data16 },
  prot32: base,
  prot32u: { ...base, ...user },
  paged32: { ...base, ...paged },
  paged32u: { ...base, ...paged, ...user },
  pae32: { ...base, ...paePaged },
  pae32u: { ...base, ...paePaged, ...user },
  v86: { ...base, ...user, bits: 16, flags: 0x2_0002, cs: address.code >> 4, ss: 0, data: 0 },
  compat32: { ...base, ...long, handlers: 64 },
  compat32u: { ...base, ...user, ...long, handlers: 64 },
  long64: { ...base, ...long, handlers: 64, bits: 64, cs: selector.code64 },
  long64u: { ...base, ...user, ...long, handlers: 64, bits: 64, cs: selector.user_code64 },
}

/** Where code in this state believes to stand: 16-bit code has a base. */
export function origin(state: State): number {
  return state.bits === 16 ? 0 : address.code
}

/** What every state finds in RAM. */
export function memoryOf(state: State): readonly Piece[] {
  return [...descriptorTable(state), ...interruptTable(state), ...tasks(state), ...paging(state)]
}

const mainTaskLimit = 0xa8

function descriptorTable(state: State): readonly Piece[] {
  const { data, code } = segmentType
  const taskOf = (base: number, limit: number) =>
    segment({ base, limit, type: systemType.tss32, system: true, big: false })
  const ldt = segment({ base: address.ldt, limit: 0xff, type: systemType.ldt, system: true, big: false })
  const code64 = { type: code, big: false, long: true }
  const pieces = [
    gdt(selector.code32, segment({ type: code })),
    gdt(selector.data32, segment({ type: data })),
    gdt(selector.code64, segment(code64)),
    gdt(selector.code16, segment({ type: code, base: address.code, limit: 0xffff, big: false })),
    gdt(selector.data16, segment({ type: data, limit: 0xffff, big: false })),
    gdt(selector.user_code32, segment({ type: code, dpl: 3 })),
    gdt(selector.user_data32, segment({ type: data, dpl: 3 })),
    gdt(selector.user_code64, segment({ ...code64, dpl: 3 })),
    gdt(selector.user_code16, segment({ type: code, dpl: 3, base: address.code, limit: 0xffff, big: false })),
    gdt(selector.main_task, taskOf(address.tss, mainTaskLimit)),
    gdt(selector.ldt_selector, ldt, 0n),
    gdt(selector.code1, segment({ type: code, dpl: 1 })),
    gdt(selector.data1, segment({ type: data, dpl: 1 })),
    gdt(selector.rom32, segment({ type: code, base: address.rom, limit: 0xffff })),
    gdt(selector.user_data16, segment({ type: data, dpl: 3, limit: 0xffff, big: false })),
  ]
  if (state.handlers === 64) return pieces
  return [
    ...pieces,
    gdt(selector.other_task, taskOf(address.other_tss, 0x67)),
    gdt(selector.fault_task, taskOf(address.fault_tss, 0x67)),
  ]
}

/** Interrupt gates to the stubs; #DF has a stack of its own in 64-bit mode. */
function interruptTable(state: State): readonly Piece[] {
  const vectors = Array.from({ length: stubCount }, (_, vector) => vector)
  if (state.handlers === 16) {
    const pointers = vectors.map((vector) => {
      const offset = stub[16](vector) - address.rom
      return ((address.rom >> 4) << 16) | offset
    })
    return [doublewords(0, ...pointers)]
  }
  const type = systemType.interruptGate32
  if (state.handlers === 32) {
    const { code32 } = selector
    const gates = vectors.map((vector) =>
      gate({ selector: code32, offset: stub[32](vector), type, dpl: vector === 3 || vector === 4 ? 3 : 0 }),
    )
    return [
      quadwords(address.idt, ...gates),
      idt(endVector, gate({ selector: code32, offset: endEntry[32], type, dpl: 3 })),
    ]
  }
  const { code64 } = selector
  const gates = vectors.flatMap((vector) =>
    gate64({
      selector: code64,
      offset: stub[64](vector),
      type,
      dpl: vector === 3 || vector === 4 ? 3 : 0,
      count: vector === 8 ? 1 : 0,
    }),
  )
  return [
    quadwords(address.idt, ...gates),
    idt64(endVector, gate64({ selector: code64, offset: endEntry[64], type, dpl: 3 })),
  ]
}

/**
 * The I/O bitmap opens port E9 alone. The interrupt redirection bitmap before it sends every INT of
 * virtual-8086 mode to the monitor.
 */
const bitmaps = Uint8Array.from({ length: 0x41 }, (_, index) => (index === 0x20 + (0xe9 >> 3) ? 0xfd : 0xff))
const ioMap = 0x88

function tasks(state: State): readonly Piece[] {
  const maps = { at: address.tss + 0x68, bytes: bitmaps }
  if (state.handlers === 64) {
    const stacks = [stackTop.stack0, 0, stackTop.stack1, 0, 0, 0, 0, 0, stackTop.ist1]
    return [doublewords(address.tss, 0, ...stacks), doublewords(address.tss + 0x64, ioMap << 16), maps]
  }
  const stacks = { esp0: stackTop.stack0, ss0: selector.data32, esp1: stackTop.stack1, ss1: selector.data1 }
  const segments = flatTaskSegments
  const other = { ...stacks, cr3: state.cr3, segments, registers: [0, 0, 0, 0, stackTop.ist1] }
  return [
    task32(address.tss, { ...stacks, cr3: state.cr3, segments: [0, 0, 0, 0, 0, 0], ioMap }),
    maps,
    task32(address.other_tss, other),
    task32(address.fault_tss, { ...other, eip: stub[32](8) }),
  ]
}

const pages = 0x110
/** Pages that code at privilege level 3 may touch: its own, its stack, data, and what handlers there need. */
const userPages = new Set([
  0x6,
  0xa,
  0xb,
  0xc,
  0xd,
  0xf0,
  0xf1,
  0xf4,
  ...Array.from({ length: 16 }, (_, index) => 0x10 + index),
])

function paging(state: State): readonly Piece[] {
  const level3 = (state.cs & 3) === 3
  const { present, writable, user } = page
  // Under SMAP the handlers of level 0 could not write their record on such a page.
  const open = (number: number) =>
    level3 && userPages.has(number) && !((state.cr4 & smap) !== 0 && number === 6)
  const table = (number: number) => (open(number) ? user : 0n) | present | writable
  const all = present | writable | user
  const entries = Array.from({ length: pages }, (_, number) => (BigInt(number) << 12n) | table(number))
  const to = (at: number) => BigInt(at) | all
  const { cr3, cr4 } = state
  if (cr3 === 0) return []
  const data = BigInt(address.data) | present | writable | (level3 ? user : 0n)
  if ((cr4 & pae) === 0) {
    const narrow = (values: readonly bigint[]) => values.map(Number)
    return [
      doublewords(address.legacy_directory, ...narrow([to(address.legacy_table), to(address.test_table)])),
      doublewords(address.legacy_table, ...narrow(entries)),
      doublewords(address.test_table, Number(data)),
    ]
  }
  const shared = [
    quadwords(address.directory, to(address.table)),
    quadwords(address.table, ...entries),
    quadwords(address.test_directory, to(address.test_table)),
    quadwords(address.test_table, data),
  ]
  if (cr3 === address.pae_pdpt) {
    const pointer = (at: number) => BigInt(at) | present
    return [
      ...shared,
      quadwords(address.pae_pdpt, pointer(address.directory), pointer(address.test_directory)),
    ]
  }
  return [
    ...shared,
    quadwords(address.pml4, to(address.pdpt), to(address.test_pdpt)),
    quadwords(address.pdpt, to(address.directory)),
    quadwords(address.test_pdpt, to(address.test_directory)),
  ]
}
