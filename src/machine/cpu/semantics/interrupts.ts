import { cr0Bit, eferBit, flagBit } from '../register-bits.ts'
import { rights, segment, state } from '../state-layout.ts'
import type { Expression } from '../wasm/expression.ts'
import { isCanonical } from './is-canonical.ts'
import { letIn } from './let-in.ts'
import type { Operations, Semantic } from './operations.ts'
import {
  isRight,
  levelOf,
  type PlainDescriptor,
  plainDescriptor,
  plainStack,
  setCodeParagraph,
  setSegment,
} from './plain-descriptor.ts'
import { readRflags, writeRflags } from './rflags.ts'

const rsp = 4
const breakpointVector = 3
const arithmeticFlags = 0x8d5

const virtual = flagBit.virtualInterrupt | flagBit.virtualInterruptPending
/** What any IRET may change, and what only one of 32 or 64 bits reaches (see `events/flags-image.ts`). */
const always = arithmeticFlags | flagBit.trap | flagBit.direction | flagBit.nestedTask
const alwaysWide = flagBit.alignmentCheck | flagBit.id | flagBit.resume
const outer = flagBit.ioplMask | flagBit.interrupt

/** INT n and INT3: through the IDT, where that is plain. */
const interrupt: Semantic = (b) => b.interrupt(b.op('and', b.immediate(0), 0xff))
const breakpoint: Semantic = (b) => b.interrupt(b.constant(breakpointVector))

/** The plain cases: in real mode, at the same level of 32-bit code, from 64-bit code to 64-bit code. */
const interruptReturn: Semantic = (b) => {
  const plainCase = { 2: returnReal, 4: returnProtected, 8: returnLong }[b.bytes]
  plainCase?.(b)
}

export const interrupts: Readonly<Record<string, Semantic>> = {
  INT: interrupt,
  INT3: breakpoint,
  IRET: interruptReturn,
}

/** No NMI and no single step waits for this instruction. */
function leaveUnlessQuiet(b: Operations): void {
  const flags = flagBit.nestedTask | flagBit.resume | flagBit.trap | virtual
  const held = b.op('and', b.state(state.systemFlags, 'i32'), flags)
  b.leaveUnless(b.op('eqz', b.op('or', held, b.state(state.nmiBlocked, 'i32'))))
}

/** Nothing in the image makes the next boundary one to look at, but RF. */
function leaveUnlessPlainImage(b: Operations, image: Expression): void {
  b.leaveUnless(b.op('eqz', b.op('and', image, flagBit.trap | flagBit.virtual8086 | virtual)))
}

/** See `returnMask` in `events/flags-image.ts`. */
function mask(b: Operations): Expression {
  const flags = b.state(state.systemFlags, 'i32')
  const cpl = b.state(state.cpl, 'i32')
  const iopl = b.op('and', b.op('shr_u', flags, 12), 3)
  const enable = b.op('shl', b.number(b.op('le_u', cpl, iopl)), 9)
  const privileged = b.op('mul', b.number(b.op('eqz', cpl)), outer)
  const wide = b.bytes === 2 ? 0 : alwaysWide
  return b.op('or', b.op('or', enable, privileged), always | wide)
}

/** RFLAGS after the return. Leaves where they let something in. */
function mixed(b: Operations, image: Expression): Expression {
  const changes = mask(b)
  const kept = b.op('and', readRflags(b), b.op('xor', changes, -1))
  const flags = b.op('or', kept, b.op('and', image, changes))
  b.leaveUnless(b.op('eqz', letIn(b, flags)))
  return flags
}

function returnReal(b: Operations): void {
  b.leaveUnless(b.op('eqz', b.op('and', b.state(state.cr0), cr0Bit.pe)))
  leaveUnlessQuiet(b)
  const pointer = b.get(b.register(rsp, 2))
  const frame = b.span(plainStack(b, pointer, 6, false), 6, 'stack')
  const [target, selector, image] = [0, 2, 4].map((at) => b.peek(frame, at, 2)) as FrameOfThree
  leaveUnlessPlainImage(b, image)
  b.leaveUnless(b.op('le_u', target, b.state(state.segmentLimits + 4 * segment.cs, 'i32')))
  const flags = mixed(b, image)
  const allowed = b.state(state.segmentRights + 4 * segment.cs, 'i32')
  b.commit(() => {
    setCodeParagraph(b, selector, allowed)
    b.set(b.register(rsp, 2), b.op('add', pointer, 6))
    writeRflags(b, flags, flags)
    b.leap(target, 'paragraph')
  })
}

type FrameOfThree = [Expression, Expression, Expression]

function returnProtected(b: Operations): void {
  const isProtected = b.op('ne', b.op('and', b.state(state.cr0), cr0Bit.pe), 0)
  const longOrVirtual = b.op(
    'or',
    b.op('and', b.state(state.efer), eferBit.lma),
    b.op('and', b.state(state.systemFlags, 'i32'), flagBit.virtual8086),
  )
  b.leaveUnless(b.op32('and', isProtected, b.op('eqz', longOrVirtual)))
  leaveUnlessQuiet(b)
  const pointer = b.get(b.register(rsp, 4))
  const frame = b.span(plainStack(b, pointer, 12, true), 12, 'stack')
  const [target, word, image] = [0, 4, 8].map((at) => b.peek(frame, at, 4)) as FrameOfThree
  const selector = b.op('and', word, 0xffff)
  leaveUnlessPlainImage(b, image)
  const level = b.op('and', selector, 3)
  b.leaveUnless(b.op('eq', level, b.state(state.cpl, 'i32')))
  const code = plainDescriptor(b, selector)
  const isCode = isRight(b, code.rights, rights.code | rights.conforming, rights.code)
  const fits = b.op32('and', b.op('eq', levelOf(b, code.rights), level), b.op('le_u', target, code.limit))
  b.leaveUnless(b.op32('and', isCode, fits))
  const flags = mixed(b, image)
  b.commit(() => {
    setSegment(b, segment.cs, selector, code)
    b.set(b.register(rsp, 4), b.op('add', pointer, 12))
    writeRflags(b, flags, flags)
    b.leap(target, 'all', resumes(b, image))
  })
}

const resumes = (b: Operations, image: Expression) => b.op('ne', b.op('and', image, flagBit.resume), 0)

function returnLong(b: Operations): void {
  leaveUnlessQuiet(b)
  const frame = b.span(b.get(b.register(rsp, 8)), 40, 'stack')
  const at = (slot: number) => b.peek(frame, 8 * slot, 8)
  const target = at(0)
  const selector = b.op('and', at(1), 0xffff)
  const image = b.op('and', at(2), 0xffff_ffff & ~flagBit.virtual8086)
  leaveUnlessPlainImage(b, image)
  const [level, cpl] = [b.op('and', selector, 3), b.state(state.cpl, 'i32')]
  const code = plainDescriptor(b, selector)
  const form = rights.code | rights.conforming | rights.long | rights.big
  const isCode = isRight(b, code.rights, form, rights.code | rights.long)
  const fits = b.op32('and', b.op('eq', levelOf(b, code.rights), level), b.op('ge_u', level, cpl))
  b.leaveUnless(b.op32('and', isCode, fits))
  const pointer = at(3)
  const stackSelector = b.op('and', at(4), 0xffff)
  const stack = returnStack(b, stackSelector, level)
  b.leaveUnless(isCanonical(b, target))
  const flags = mixed(b, image)
  const isOuter = b.op('ne', level, cpl)
  const data = dataSegments.map((one) => b.state(state.segmentRights + 4 * one, 'i32'))
  b.commit(() => {
    setSegment(b, segment.ss, stackSelector, stack)
    b.set(b.register(rsp, 8), pointer)
    setSegment(b, segment.cs, selector, code)
    b.when(isOuter, () => dropInnerSegments(b, level, data))
    writeRflags(b, flags, flags)
    b.setPrivilege(level)
    b.leap(target, 'none', resumes(b, image))
  })
}

/** The stack segment of code at `level`, null above level 3 alone. */
function returnStack(b: Operations, selector: Expression, level: Expression): PlainDescriptor {
  const isNull = b.op('eqz', b.op('and', selector, 0xfffc))
  const kept = b.op('or', b.op('shl', b.op('and', selector, 3), rights.dplShift), rights.unusable)
  const zero = b.constant(0)
  const [allowed, base, limit] = b.choose(
    isNull,
    () => {
      b.leaveUnless(b.op('ne', level, 3))
      return [kept, zero, zero]
    },
    () => {
      const found = plainDescriptor(b, selector)
      const isData = isRight(b, found.rights, rights.code | rights.writable, rights.writable)
      const isOwn = b.op('eq', b.op('and', selector, 3), level)
      const fits = b.op('eq', levelOf(b, found.rights), level)
      b.leaveUnless(b.op32('and', b.op32('and', isData, isOwn), fits))
      return [found.rights, found.base, found.limit]
    },
  ) as FrameOfThree
  return { rights: allowed, base, limit }
}

const dataSegments = [segment.es, segment.ds, segment.fs, segment.gs] as const

/** Data segments that the outer level may not use become null (SDM volume 2, IRET and RET). */
function dropInnerSegments(b: Operations, level: Expression, data: readonly Expression[]): void {
  for (const [index, number] of dataSegments.entries()) {
    const allowed = data[index] as Expression
    const conforming = rights.nonSystem | rights.code | rights.conforming
    const isInner = b.op('lt_u', levelOf(b, allowed), level)
    const drops = b.op32('and', isInner, b.op32('eqz', isRight(b, allowed, conforming, conforming)))
    b.when(drops, () => {
      b.setState(state.selectors + 4 * number, 0, 'i32')
      const after = b.op32('wrap_i64', b.op('or', allowed, rights.unusable))
      b.setState(state.segmentRights + 4 * number, after, 'i32')
    })
  }
}
