import { rights, segment, state } from '../state-layout.ts'
import type { Expression } from '../wasm/expression.ts'
import type { Operations } from './operations.ts'

/** What a segment register would hold. */
export interface PlainDescriptor {
  readonly rights: Expression
  readonly base: Expression
  readonly limit: Expression
}

const wanted = rights.nonSystem | rights.present | rights.accessed

/**
 * The code or data segment that a selector names: in the GDT, present, its accessed bit set. Everything else
 * is left to TypeScript.
 */
export function plainDescriptor(b: Operations, selector: Expression): PlainDescriptor {
  const offset = b.op('and', selector, 0xfff8)
  const isGlobal = b.op('eqz', b.op('and', selector, 4))
  const isInside = b.op('le_u', b.op('add', offset, 7), b.state(state.gdtLimit, 'i32'))
  b.leaveUnless(b.op32('and', b.op32('and', isGlobal, isInside), b.op('ne', offset, 0)))
  const entry = b.peek(b.span(b.op('add', b.state(state.gdtBase), offset), 8, 'system'), 0, 8)
  const width = b.op('and', b.op('shr_u', entry, 40), 0xf000)
  const allowed = b.op('or', b.op('and', b.op('shr_u', entry, 40), 0xff), width)
  b.leaveUnless(isRight(b, allowed, wanted, wanted))
  const low = b.op('and', b.op('shr_u', entry, 16), 0xff_ffff)
  const base = b.op('or', low, b.op('and', b.op('shr_u', entry, 32), 0xff00_0000))
  const short = b.op('or', b.op('and', entry, 0xffff), b.op('and', b.op('shr_u', entry, 32), 0xf_0000))
  const pages = b.op('or', b.op('shl', short, 12), 0xfff)
  const isGranular = b.op('ne', b.op('and', allowed, rights.granular), 0)
  return { rights: allowed, base, limit: b.select(isGranular, pages, short) }
}

/** Whether the bits of `mask` in access rights are those of `value`. */
export function isRight(b: Operations, allowed: Expression, mask: number, value: number): Expression {
  return b.op('eq', b.op('and', allowed, mask), value)
}

export function levelOf(b: Operations, allowed: Expression): Expression {
  return b.op('and', b.op('shr_u', allowed, rights.dplShift), 3)
}

/** Loads a segment register. */
export function setSegment(
  b: Operations,
  number: number,
  selector: Expression,
  { rights: allowed, base, limit }: PlainDescriptor,
): void {
  b.setState(state.selectors + 4 * number, b.op32('wrap_i64', selector), 'i32')
  b.setState(state.segmentBases + 8 * number, base)
  b.setState(state.segmentLimits + 4 * number, b.op32('wrap_i64', limit), 'i32')
  b.setState(state.segmentRights + 4 * number, b.op32('wrap_i64', allowed), 'i32')
}

/** What makes a stack one whose limit a comparison checks, and how wide it is. */
const stackBits = rights.unusable | rights.code | rights.writable | rights.expandDown | rights.big

/** Where `bytes` of the stack at `pointer` are; it has to be as wide as `big` says, with a plain limit. */
export function plainStack(b: Operations, pointer: Expression, bytes: number, big: boolean): Expression {
  const allowed = b.state(state.segmentRights + 4 * segment.ss, 'i32')
  const value = rights.writable | (big ? rights.big : 0)
  const last = b.op('add', pointer, bytes - 1)
  const top = big ? 0xffff_ffff : 0xffff
  const isInside = b.op32(
    'and',
    b.op('le_u', last, b.state(state.segmentLimits + 4 * segment.ss, 'i32')),
    b.op('le_u', last, top),
  )
  b.leaveUnless(b.op32('and', isRight(b, allowed, stackBits, value), isInside))
  return b.op('and', b.op('add', b.state(state.segmentBases + 8 * segment.ss), pointer), 0xffff_ffff)
}

/** Loads CS in real mode: limit and type stay (unreal), see `CpuState.setParagraph`. */
export function setCodeParagraph(b: Operations, selector: Expression, allowed: Expression): void {
  const usable = b.op('and', allowed, ~rights.unusable)
  const after = b.op('or', usable, rights.present | rights.nonSystem)
  b.setState(state.selectors + 4 * segment.cs, b.op32('wrap_i64', selector), 'i32')
  b.setState(state.segmentBases + 8 * segment.cs, b.op('shl', selector, 4))
  b.setState(state.segmentRights + 4 * segment.cs, b.op32('wrap_i64', after), 'i32')
}
