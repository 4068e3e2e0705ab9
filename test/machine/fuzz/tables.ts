import {
  gate,
  gate64,
  page,
  type Segment,
  segment,
  segmentType,
  systemType,
} from '../../oracle/bochs/descriptors.ts'
import type { Random } from '../../oracle/random.ts'
import { at, base16, chipAt, gdtEntries, selector } from './layout.ts'

/** How many pages there are, and what they look like. */
export type Paging = 'off' | 'legacy' | 'pae' | 'level4' | 'level5'

/** RAM as a program begins with it, page by page: only what has been touched is written. */
export interface Memory {
  readonly view: DataView
  readonly bytes: Uint8Array
  readonly touch: (at: number) => void
}

const limit16 = { limit: 0xffff, base: base16, big: false } as const
const { data, code } = segmentType
const standard: readonly (readonly [number, Segment])[] = [
  [selector.code32, { type: code }],
  [selector.data32, { type: data }],
  [selector.code64, { type: code, big: false, long: true }],
  [selector.code16, { type: code, ...limit16 }],
  [selector.data16, { type: data, ...limit16 }],
  [selector.userCode32, { type: code, dpl: 3 }],
  [selector.userData32, { type: data, dpl: 3 }],
  [selector.userCode64, { type: code, dpl: 3, big: false, long: true }],
  [selector.userCode16, { type: code, dpl: 3, ...limit16 }],
  [selector.userData16, { type: data, dpl: 3, ...limit16 }],
  [selector.task, { type: systemType.busyTss32, system: true, base: at.tss, limit: 0xff, big: false }],
  [selector.otherTask, { type: systemType.tss32, system: true, base: at.otherTss, limit: 0x67, big: false }],
  [selector.ldt, { type: systemType.ldt, system: true, base: at.ldt, limit: 0xff, big: false }],
]
const standardTable = new Uint8Array(selector.random)
for (const [where, value] of standard) {
  new DataView(standardTable.buffer).setBigUint64(where & 0xfff8, segment(value), true)
}

function randomDescriptor(random: Random): bigint {
  const offset = at.code + random.below(0x400)
  const target = random.pick([selector.code32, selector.code64, selector.code16, selector.userCode32])
  switch (random.below(4)) {
    case 0:
      return random.long()
    case 1:
      return gate({ selector: target, offset, type: random.below(16), dpl: 3, count: random.below(4) })
    case 2:
      return gate({ selector: selector.otherTask, offset, type: systemType.taskGate, dpl: 3 })
    default: {
      const big = random.oneIn(2)
      return segment({
        ...{ type: random.below(16), big, long: !big && random.oneIn(2), dpl: random.below(4) },
        ...{ base: random.oneIn(2) ? 0 : random.below(0x2_0000), limit: random.word() >>> random.below(32) },
      })
    }
  }
}

export function writeDescriptors(memory: Memory, random: Random): void {
  const { bytes, view } = memory
  memory.touch(at.gdt)
  bytes.set(standardTable, at.gdt)
  writeRandom(view, random, at.gdt + selector.random, gdtEntries - selector.random / 8)
  memory.touch(at.ldt)
  writeRandom(view, random, at.ldt, 16)
  if (random.oneIn(4)) spoil(memory, random, at.gdt, 8 * gdtEntries)
}

/** Bits that may be anything, and between them descriptors that make sense. */
function writeRandom(view: DataView, random: Random, from: number, count: number): void {
  for (let where = from; where < from + 8 * count; where += 4) view.setUint32(where, random.word(), true)
  for (let index = random.below(4); index < count; index += 1 + random.below(8)) {
    view.setBigUint64(from + 8 * index, randomDescriptor(random), true)
  }
}

/** Vectors with an error code (SDM volume 3, table 6-1). */
const withCode = new Set([8, 10, 11, 12, 13, 14, 17])

/** Offsets of the handlers in their page, by what they pop. */
export const handlerAt = { plain: 0x00, coded: 0x40, real: 0x80 } as const

const gateCount = 256

/** Gates to the handlers for every vector. */
function gateTable(isLong: boolean, type: number): Uint8Array {
  const values = Array.from({ length: gateCount }, (_, vector) => {
    const offset = at.handlers + (withCode.has(vector) ? handlerAt.coded : handlerAt.plain)
    const dpl = vector < 32 ? 0 : 3
    if (!isLong) return [gate({ selector: selector.code32, offset, type, dpl })]
    return gate64({ selector: selector.code64, offset, type, dpl, count: vector === 8 ? 1 : 0 })
  })
  return new Uint8Array(BigUint64Array.from(values.flat()).buffer)
}

const { interruptGate32, trapGate32 } = systemType
const gateTables = [false, true].map((isLong) =>
  [interruptGate32, trapGate32].map((type) => gateTable(isLong, type)),
)

export function writeGates(memory: Memory, random: Random, isLong: boolean): void {
  const { bytes, view } = memory
  memory.touch(at.idt)
  const gates = gateTables[Number(isLong)]?.[Number(random.oneIn(8))]
  const size = isLong ? 16 : 8
  if (gates) bytes.set(random.oneIn(12) ? gates : gates.subarray(0, 40 * size), at.idt)
  const change = (where: number, value: (old: number) => number) =>
    view.setUint8(where, value(view.getUint8(where)))
  for (let count = random.below(4); count > 0; count--) {
    const descriptor = at.idt + size * random.below(32)
    // Another level or type, another stack, a task.
    const kind = random.below(3)
    if (kind === 0) change(descriptor + 5, (old) => old ^ random.pick([0x60, 0x20, 0x08, 0x80]))
    else if (isLong) change(descriptor + 4, () => random.below(8))
    else if (kind === 1) {
      change(descriptor + 5, () => 0x80 | systemType.taskGate)
      change(descriptor + 2, () => selector.otherTask)
    }
  }
  if (random.oneIn(6)) spoil(memory, random, at.idt, 16 * 32)
}

const realVectors = new Uint8Array(
  new Uint32Array(256).fill(((at.handlers >> 4) << 16) | handlerAt.real).buffer,
)

/** The table of real mode, for vectors that lead into the page of handlers. */
export function writeVectors(memory: Memory, random: Random): void {
  memory.touch(at.vectors)
  memory.bytes.set(realVectors, at.vectors)
  if (random.oneIn(8)) spoil(memory, random, at.vectors, 128)
}

export function writeTasks({ view, touch }: Memory, isLong: boolean, cr3: number): void {
  touch(at.tss)
  touch(at.otherTss)
  if (isLong) {
    for (const offset of [4, 12, 20]) view.setUint32(at.tss + offset, at.stack0, true)
    for (let index = 0; index < 7; index++) view.setUint32(at.tss + 0x24 + 8 * index, at.stack0 - 0x800, true)
  } else {
    for (const task of [at.tss, at.otherTss]) {
      for (const offset of [4, 12, 20]) view.setUint32(task + offset, at.stack0, true)
      for (const offset of [8, 16, 24]) view.setUint32(task + offset, selector.data32, true)
      view.setUint32(task + 0x1c, cr3, true)
      view.setUint32(task + 0x20, at.code, true)
      view.setUint32(task + 0x24, 2, true)
      view.setUint32(task + 0x38, at.stack0 - 0x400, true)
      const segments = [selector.data32, selector.code32, selector.data32, selector.data32, 0, 0, 0]
      for (const [index, value] of segments.entries()) view.setUint32(task + 0x48 + 4 * index, value, true)
    }
  }
  view.setUint16(at.tss + 0x66, 0x88, true)
  view.setUint8(at.tss + 0xff, 0xff)
}

const { present, writable, user, large } = page
const all = present | writable | user

/** A table that maps the first MiB one to one, the pages of the system not for users. */
function identityTable(narrow: boolean, isUser: boolean): Uint8Array {
  const entries = Array.from({ length: 0x100 }, (_, index) => {
    const isSystem = index > 0 && index < at.pml5 >> 12
    return (index << 12) | (isUser && !isSystem ? 7 : 3)
  })
  const words = narrow ? entries : entries.flatMap((low) => [low, 0])
  return new Uint8Array(Uint32Array.from(words).buffer)
}

const identities = [false, true].map((narrow) => [false, true].map((isUser) => identityTable(narrow, isUser)))

/** Entries for everything one to one, other ways to the same pages and holes; some are then spoilt. */
export function writePaging(memory: Memory, random: Random, paging: Paging, isUser: boolean): void {
  if (paging === 'off') return
  const { view, touch } = memory
  const narrow = paging === 'legacy'
  const table = narrow ? at.legacyTable : at.table
  const set = (where: number, value: bigint) => {
    touch(where)
    if (narrow) view.setUint32(where, Number(BigInt.asUintN(32, value)), true)
    else view.setBigUint64(where, value, true)
  }
  const entryBytes = narrow ? 4 : 8
  const open = isUser ? all : present | writable
  touch(table)
  const identity = identities[Number(narrow)]?.[Number(isUser)]
  if (identity) memory.bytes.set(identity, table)
  for (let index = 0; index < 8; index++) {
    const frame = random.oneIn(8) ? chipAt.high : random.below(0x100) << 12
    set(table + entryBytes * (0x100 + random.below(0x100)), BigInt(frame) | (random.long() & 0x1ffn))
  }
  const directory = narrow ? at.legacyDirectory : at.directory
  set(directory, BigInt(table) | all)
  set(directory + entryBytes, open | large)
  set(directory + entryBytes * 2, BigInt(table) | all)
  if (!narrow) writeUpper(set, paging, open)
  if (random.oneIn(2)) spoilPaging(memory, random, paging)
}

function writeUpper(set: (where: number, value: bigint) => void, paging: Paging, open: bigint): void {
  if (paging === 'pae') {
    set(at.pdptes, BigInt(at.directory) | present)
    set(at.pdptes + 24, BigInt(at.directory) | present)
    return
  }
  set(at.pdpt, BigInt(at.directory) | all)
  set(at.pdpt + 8, open | large)
  set(at.pml4, BigInt(at.pdpt) | all)
  set(at.pml4 + 8 * 511, BigInt(at.pdpt) | all)
  if (paging === 'level5') {
    set(at.pml5, BigInt(at.pml4) | all)
    set(at.pml5 + 8 * 511, BigInt(at.pml4) | all)
  }
}

const tablesOf: Readonly<Record<Paging, readonly number[]>> = {
  off: [at.data],
  legacy: [at.legacyDirectory, at.legacyTable],
  pae: [at.pdptes, at.directory, at.table],
  level4: [at.pml4, at.pdpt, at.directory, at.table],
  level5: [at.pml5, at.pml4, at.pdpt, at.directory, at.table],
}

/** Physical address of an entry that a program is likely to use. */
export function randomEntry(random: Random, paging: Paging): number {
  const table = random.pick(tablesOf[paging])
  const isLast = table === at.table || table === at.legacyTable
  const bytes = paging === 'legacy' ? 4 : 8
  const index = isLast ? (random.oneIn(4) ? random.below(512) : 0x10 + random.below(12)) : random.below(3)
  return table + bytes * index
}

function spoilPaging({ view, touch }: Memory, random: Random, paging: Paging): void {
  const count = random.oneIn(16) ? 64 : 1 + random.below(4)
  for (let index = 0; index < count; index++) {
    const where = randomEntry(random, paging)
    touch(where)
    if (random.oneIn(4)) view.setUint32(where, random.word(), true)
    else flip(view, where + random.below(8), random)
  }
}

/** Turns bits over, or fills all of it with random bytes. */
function spoil({ view, touch }: Memory, random: Random, from: number, bytes: number): void {
  touch(from)
  if (random.oneIn(6)) {
    for (let offset = 0; offset < bytes; offset += 4) view.setUint32(from + offset, random.word(), true)
    return
  }
  for (let count = random.below(8); count >= 0; count--) {
    flip(view, from + random.below(bytes), random)
  }
}

function flip(view: DataView, where: number, random: Random): void {
  view.setUint8(where, view.getUint8(where) ^ (1 << random.below(8)))
}
