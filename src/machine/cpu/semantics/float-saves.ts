import { legacyArea } from '../control/legacy-area.ts'
import { mxcsrMask, xcr0Bit } from '../control/model.ts'
import { cr4Bit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import type { Expression } from '../wasm/expression.ts'
import type { Operations, Semantic } from './operations.ts'
import type { Span } from './target.ts'

const legacyBytes = legacyArea.xmm + 256
const header = { present: 512, compaction: 520, reserved: 528, end: 536 } as const
const both = xcr0Bit.x87 | xcr0Bit.sse
const initialControl = 0x37f
const low32 = 0xffff_ffff
const [rax, rdx] = [0, 2]
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

interface Area {
  readonly alignment: 16 | 64
  readonly bytes: number
  readonly access: 'read' | 'write'
}

/** An aligned area that lies in one page of RAM, for 64-bit code. */
function plainArea(b: Operations, { alignment, bytes, access }: Area): Span {
  const linear = b.linearAddress()
  const isLong = b.op('ne', b.state(state.long, 'i32'), 0)
  const isAligned = b.op('eqz', b.op('and', linear, alignment - 1))
  b.leaveUnless(b.op32('and', isLong, isAligned))
  return b.span(linear, bytes, access === 'read' ? 'stack' : { level: b.state(state.cpl, 'i32') })
}

function leaveUnlessSse(b: Operations): void {
  b.leaveUnless(b.op('ne', b.op('and', b.state(state.cr4), cr4Bit.osfxsr), 0))
}

/** x87 and SSE are asked for, and nothing else that there is. */
function leaveUnlessBoth(b: Operations): void {
  const high = b.op('shl', b.get(b.register(rdx, 4)), 32)
  const asked = b.op('or', high, b.get(b.register(rax, 4)))
  b.leaveUnless(b.op('eq', b.op('and', b.state(state.xcr0), asked), both))
}

/** Where ST(`index`) is in the state. */
function registerAt(b: Operations, status: Expression, index: number): Expression {
  const offset = b.op('and', b.op('add', b.op('shr_u', status, 7), 16 * index), 0x70)
  return b.op32('wrap_i64', b.op('add', offset, state.x87))
}

/** Pointers have 64 bits by REX.W. */
const pointer = (b: Operations, value: Expression) => (b.bytes === 8 ? value : b.op('and', value, low32))

const joined = (b: Operations, low: Expression, high: Expression, at: number) =>
  b.op('or', low, b.op('shl', high, at))

/** The quadwords of an area: x87 with its pointers, MXCSR, ST0 to ST7, XMM registers. */
function legacyValues(b: Operations) {
  const word = (at: number) => b.state(at, 'i32')
  const status = word(state.x87Status)
  const tags = joined(b, word(state.x87Full), word(state.x87Opcode), 16)
  const x87 = [
    joined(b, joined(b, word(state.x87Control), status, 16), tags, 32),
    pointer(b, b.state(state.x87Instruction)),
    pointer(b, b.state(state.x87Operand)),
  ]
  const mxcsr = joined(b, word(state.mxcsr), b.constant(mxcsrMask), 32)
  const registers = numbers(8).flatMap((index) => {
    const at = registerAt(b, status, index)
    return [b.state(at), b.op('and', b.state(b.op32('add', at, 8)), 0xffff)]
  })
  const vectors = numbers(32).map((half) => b.state(state.xmm + 8 * half))
  return { x87, mxcsr, registers, vectors, all: [...x87, mxcsr, ...registers, ...vectors] }
}

type LegacyValues = ReturnType<typeof legacyValues>

const placed = (b: Operations, { all }: LegacyValues) =>
  all.map((value, index) => ({ at: b.constant(8 * index), value }))

const saveLegacy: Semantic = (b) => {
  leaveUnlessSse(b)
  const area = plainArea(b, { alignment: 16, bytes: legacyBytes, access: 'write' })
  const values = legacyValues(b)
  b.commit(() => b.writeSpan(area, legacyBytes, 8, placed(b, values)))
}

/** 1 for x87 and 2 for SSE where they are not in their initial state. */
function componentsInUse(b: Operations, { x87, registers, vectors }: LegacyValues): Expression {
  const any = (values: readonly Expression[]) =>
    b.number(
      b.op(
        'ne',
        values.reduce((one, other) => b.op('or', one, other)),
        0,
      ),
    )
  const [head, ...pointers] = x87 as [Expression, ...Expression[]]
  const isX87 = any([b.op('xor', head, initialControl), ...pointers, ...registers])
  return b.op('or', isX87, b.op('shl', any(vectors), 1))
}

const saveExtended =
  (which: 'all' | 'in use'): Semantic =>
  (b) => {
    leaveUnlessBoth(b)
    const area = plainArea(b, { alignment: 64, bytes: header.compaction, access: 'write' })
    const values = legacyValues(b)
    const inUse = componentsInUse(b, values)
    if (which === 'in use') b.leaveUnless(b.op('eq', inUse, both))
    const present = b.op('or', b.op('and', b.peek(area, header.present, 8), ~both), inUse)
    b.commit(() => {
      const last = { at: b.constant(header.present), value: present }
      b.writeSpan(area, header.compaction, 8, [...placed(b, values), last])
    })
  }

function restore(b: Operations, area: Span): void {
  const head = b.peek(area, legacyArea.x87, 8)
  const pointers = [8, 16].map((at) => pointer(b, b.peek(area, at, 8)))
  const mxcsr = b.peek(area, legacyArea.mxcsr, 4)
  b.leaveUnless(b.op('eqz', b.op('and', mxcsr, low32 - mxcsrMask)))
  const field = (at: number, mask: number) => b.op('and', b.op('shr_u', head, at), mask)
  const control = field(0, 0x1f3f)
  const status = field(16, 0x7f7f)
  const registers = numbers(8).map((index) => ({
    at: registerAt(b, status, index),
    significand: b.peek(area, legacyArea.registers + 16 * index, 8),
    exponent: b.peek(area, legacyArea.registers + 16 * index + 8, 2),
  }))
  const vectors = numbers(32).map((half) => b.peek(area, legacyArea.xmm + 8 * half, 8))
  b.commit(() => {
    const set = (at: number, value: Expression) => b.setState(at, b.op32('wrap_i64', value), 'i32')
    set(state.x87Control, b.op('or', control, 0x40))
    b.x87.setStatus(b.op32('wrap_i64', status))
    set(state.x87Full, field(32, 0xff))
    set(state.x87Opcode, field(48, 0x7ff))
    b.setState(state.x87Instruction, pointers[0] as Expression)
    b.setState(state.x87Operand, pointers[1] as Expression)
    set(state.mxcsr, mxcsr)
    for (const { at, significand, exponent } of registers) {
      b.setState(at, significand)
      b.setState(b.op32('add', at, 8), exponent)
    }
    for (const [half, value] of vectors.entries()) b.setState(state.xmm + 8 * half, value)
  })
}

const restoreLegacy: Semantic = (b) => {
  leaveUnlessSse(b)
  restore(b, plainArea(b, { alignment: 16, bytes: legacyBytes, access: 'read' }))
}

/** Both components are there. */
const restoreExtended: Semantic = (b) => {
  leaveUnlessBoth(b)
  const area = plainArea(b, { alignment: 64, bytes: header.end, access: 'read' })
  const others = b.op('or', b.peek(area, header.compaction, 8), b.peek(area, header.reserved, 8))
  const isUsual = b.op('eq', b.peek(area, header.present, 8), both)
  b.leaveUnless(b.op32('and', isUsual, b.op('eqz', others)))
  restore(b, area)
}

/** The plain cases of `control/float-saves.ts` and `control/extended-saves.ts`. */
export const floatSaves: Readonly<Record<string, Semantic>> = {
  FXSAVE: saveLegacy,
  FXRSTOR: restoreLegacy,
  XSAVE: saveExtended('all'),
  XSAVEOPT: saveExtended('in use'),
  XRSTOR: restoreExtended,
}
