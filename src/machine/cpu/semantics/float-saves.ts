import { legacyArea } from '../control/legacy-area.ts'
import { mxcsrMask } from '../control/model.ts'
import { cr4Bit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import type { Expression } from '../wasm/expression.ts'
import type { Operations, Semantic } from './operations.ts'
import type { SpanAccess } from './target.ts'

const areaBytes = legacyArea.xmm + 256
const low32 = 0xffff_ffff
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

/**
 * The plain cases of `control/float-saves.ts`: 64-bit code with CR4.OSFXSR, and an aligned area that lies in
 * one page of RAM.
 */
function plainArea(b: Operations, access: SpanAccess) {
  const linear = b.linearAddress()
  const isLong = b.op('ne', b.state(state.long, 'i32'), 0)
  const isAligned = b.op('eqz', b.op('and', linear, 15))
  const hasXmm = b.op('ne', b.op('and', b.state(state.cr4), cr4Bit.osfxsr), 0)
  b.leaveUnless(b.op32('and', isLong, b.op32('and', isAligned, hasXmm)))
  return b.span(linear, areaBytes, access)
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

const save: Semantic = (b) => {
  const area = plainArea(b, { level: b.state(state.cpl, 'i32') })
  const word = (at: number) => b.state(at, 'i32')
  const status = word(state.x87Status)
  const tags = joined(b, word(state.x87Full), word(state.x87Opcode), 16)
  const head = [
    joined(b, joined(b, word(state.x87Control), status, 16), tags, 32),
    pointer(b, b.state(state.x87Instruction)),
    pointer(b, b.state(state.x87Operand)),
    joined(b, word(state.mxcsr), b.constant(mxcsrMask), 32),
  ]
  const registers = numbers(8).flatMap((index) => {
    const at = registerAt(b, status, index)
    return [b.state(at), b.op('and', b.state(b.op32('add', at, 8)), 0xffff)]
  })
  const vectors = numbers(32).map((half) => b.state(state.xmm + 8 * half))
  b.commit(() => {
    const values = [...head, ...registers, ...vectors]
    const placed = values.map((value, index) => ({ at: b.constant(8 * index), value }))
    b.writeSpan(area, areaBytes, 8, placed)
  })
}

const restore: Semantic = (b) => {
  const area = plainArea(b, 'stack')
  const [head, first, second, controls] = numbers(4).map((index) => b.peek(area, 8 * index, 8)) as [
    Expression,
    Expression,
    Expression,
    Expression,
  ]
  const mxcsr = b.op('and', controls, low32)
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
    b.setState(state.x87Instruction, pointer(b, first))
    b.setState(state.x87Operand, pointer(b, second))
    set(state.mxcsr, mxcsr)
    for (const { at, significand, exponent } of registers) {
      b.setState(at, significand)
      b.setState(b.op32('add', at, 8), exponent)
    }
    for (const [half, value] of vectors.entries()) b.setState(state.xmm + 8 * half, value)
  })
}

export const floatSaves: Readonly<Record<string, Semantic>> = { FXSAVE: save, FXRSTOR: restore }
