import { eferBit } from '../register-bits.ts'
import { rights, segment, state } from '../state-layout.ts'
import type { Expression } from '../wasm/expression.ts'
import { isCanonical } from './is-canonical.ts'
import type { Operations, Semantic } from './operations.ts'
import { isRight, levelOf, plainDescriptor, setSegment } from './plain-descriptor.ts'
import { hasParagraphs } from './segment-registers.ts'
import type { Span } from './target.ts'

const usable = rights.present | rights.nonSystem

/** Where a transfer goes, checked; CS as it will be. */
interface Target {
  readonly offset: Expression
  readonly selector: Expression
  readonly rights: Expression
  readonly base: Expression
  readonly limit: Expression
}

type Five = readonly [Expression, Expression, Expression, Expression, Expression]

/** The plain cases of `checkCode` and `checkEntry`: a paragraph, or a code segment of the same level. */
function targetOf(b: Operations, selector: Expression, offset: Expression): Target {
  const [entry, code, allowed, base, limit] = b.choose(
    hasParagraphs(b),
    () => paragraph(b, selector, offset),
    () => described(b, selector, offset),
  ) as unknown as Five
  return { offset: entry, selector: code, rights: allowed, base, limit }
}

/** Limit and rights stay. */
function paragraph(b: Operations, selector: Expression, offset: Expression): Five {
  const allowed = b.state(state.segmentRights + 4 * segment.cs, 'i32')
  const limit = b.state(state.segmentLimits + 4 * segment.cs, 'i32')
  const isUsable = isRight(b, allowed, usable | rights.unusable, usable)
  b.leaveUnless(b.op32('and', isUsable, b.op('le_u', offset, limit)))
  return [offset, selector, allowed, b.op('shl', selector, 4), limit]
}

function described(b: Operations, selector: Expression, offset: Expression): Five {
  const found = plainDescriptor(b, selector)
  const cpl = b.state(state.cpl, 'i32')
  const isCode = isRight(b, found.rights, rights.code | rights.conforming, rights.code)
  const isOwn = b.op32(
    'and',
    b.op('eq', levelOf(b, found.rights), cpl),
    b.op('le_u', b.op('and', selector, 3), cpl),
  )
  b.leaveUnless(b.op32('and', isCode, isOwn))
  const inLong = b.op('and', b.state(state.efer), eferBit.lma)
  const isLong = b.op32('and', b.op('ne', inLong, 0), b.op('ne', b.op('and', found.rights, rights.long), 0))
  const isWide = b.op('ne', b.op('and', found.rights, rights.big), 0)
  b.leaveUnless(b.op32('eqz', b.op32('and', isLong, isWide)))
  const entry = b.select(isLong, offset, b.op('and', offset, 0xffff_ffff))
  const isInside = b.op32(
    'or',
    b.op32('and', isLong, isCanonical(b, entry)),
    b.op32('and', b.op32('eqz', isLong), b.op('le_u', entry, found.limit)),
  )
  b.leaveUnless(isInside)
  const own = b.op('or', b.op('and', selector, 0xfffc), cpl)
  return [entry, own, found.rights, found.base, found.limit]
}

function enter(b: Operations, target: Target): void {
  setSegment(b, segment.cs, target.selector, target)
  b.leap(target.offset, 'all')
}

/** In the instruction, or in memory. */
function farPointer(b: Operations): readonly [offset: Expression, selector: Expression] {
  if (b.isImmediate(0)) {
    const both = b.immediate(0)
    return [b.truncate(b.op('and', both, 0xffff_ffff)), b.op('and', b.op('shr_u', both, 32), 0xffff)]
  }
  const offset = b.get(b.leaveUnlessPlain(b.operandAt(0, b.constant(0), 'r', b.bytes)))
  return [offset, b.get(b.leaveUnlessPlain(b.operandAt(0, b.constant(b.bytes), 'r', 2)))]
}

const stackBits = rights.unusable | rights.code | rights.writable | rights.expandDown

/** Two values on the stack from `bottom` on, which does not wrap around. */
function stackSpan(b: Operations, bottom: Expression, access: 'stack' | 'push'): Span {
  const bytes = 2 * b.bytes
  const [linear] = b.choose(
    b.op('ne', b.state(state.long, 'i32'), 0),
    () => [bottom],
    () => {
      const allowed = b.state(state.segmentRights + 4 * segment.ss, 'i32')
      const isBig = b.op('ne', b.op('and', allowed, rights.big), 0)
      const last = b.op('add', bottom, bytes - 1)
      const limit = b.state(state.segmentLimits + 4 * segment.ss, 'i32')
      const top = b.select(isBig, b.constant(0xffff_ffff), b.constant(0xffff))
      const isInside = b.op32('and', b.op('le_u', last, limit), b.op('le_u', last, top))
      b.leaveUnless(b.op32('and', isRight(b, allowed, stackBits, rights.writable), isInside))
      return [b.op('and', b.op('add', b.state(state.segmentBases + 8 * segment.ss), bottom), 0xffff_ffff)]
    },
  ) as unknown as [Expression]
  return b.span(linear, bytes, access === 'stack' ? access : { level: b.state(state.cpl, 'i32') })
}

const jump: Semantic = (b) => {
  const [offset, selector] = farPointer(b)
  const target = targetOf(b, selector, offset)
  b.commit(() => enter(b, target))
}

const callTo: Semantic = (b) => {
  const [offset, selector] = farPointer(b)
  const target = targetOf(b, selector, offset)
  const bottom = b.op('sub', b.pointer('sp'), 2 * b.bytes)
  const stack = stackSpan(b, bottom, 'push')
  const caller = b.state(state.selectors + 4 * segment.cs, 'i32')
  const back = b.nextAddress()
  b.commit(() => {
    b.writeSpan(stack, 2 * b.bytes, b.bytes as 2 | 4 | 8, [
      { at: b.constant(0), value: back },
      { at: b.constant(b.bytes), value: caller },
    ])
    b.setPointer('sp', bottom)
    enter(b, target)
  })
}

/** The stack pointer is as wide behind it as before: to code of the other kind TypeScript returns. */
const farReturn: Semantic = (b) => {
  const top = b.pointer('sp')
  const stack = stackSpan(b, top, 'stack')
  const selector = b.peek(stack, b.bytes, 2)
  const offset = b.peek(stack, 0, b.bytes as 2 | 4 | 8)
  const isOwn = b.op('eq', b.op('and', selector, 3), b.state(state.cpl, 'i32'))
  b.leaveUnless(b.op32('or', hasParagraphs(b), isOwn))
  const target = targetOf(b, selector, offset)
  const inLong = b.op('ne', b.op('and', b.state(state.efer), eferBit.lma), 0)
  const goesLong = b.op32('and', inLong, b.op('ne', b.op('and', target.rights, rights.long), 0))
  b.leaveUnless(b.op('eq', b.number(goesLong), b.state(state.long, 'i32')))
  const released = b.operandCount > 0 ? b.op('and', b.immediate(0), 0xffff) : b.constant(0)
  const above = b.op('add', b.op('add', top, 2 * b.bytes), released)
  b.commit(() => {
    b.setPointer('sp', above)
    enter(b, target)
  })
}

/** The plain cases of `segments/far-jump.ts`, `far-call.ts` and `far-return.ts`. */
export const farTransfers: Readonly<Record<string, Semantic>> = {
  JMPF: jump,
  CALLF: callTo,
  RETF: farReturn,
}
