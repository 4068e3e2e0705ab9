import { cr0Bit, flagBit } from '../register-bits.ts'
import { rights, segment, state } from '../state-layout.ts'
import type { Expression } from '../wasm/expression.ts'
import { isCanonical } from './is-canonical.ts'
import type { Operations } from './operations.ts'
import {
  isRight,
  levelOf,
  plainDescriptor,
  plainStack,
  setCodeParagraph,
  setSegment,
} from './plain-descriptor.ts'
import { readRflags, writeRflags } from './rflags.ts'

const rsp = 4
const taskState64 = 4
/** IST 1 to 7 stand behind the stacks of the three levels and a reserved quadword. */
const beforeIst = 3
const anyTrap = 1
const interruptGate = 0xe
const slotBytes = 8
const withoutCode = 5 * slotBytes

const realCleared = flagBit.interrupt | flagBit.trap | flagBit.alignmentCheck | flagBit.resume
const longCleared = flagBit.trap | flagBit.nestedTask | flagBit.resume

/** An event as its plain case takes it. Numbers are i64. */
export interface PlainEvent {
  readonly vector: Expression
  /** The gate's DPL counts; else it is a fault, which pushes RF. */
  readonly isSoftware: boolean
  readonly code: Expression
  /** 1 where an error code is pushed, else 0. */
  readonly hasCode: Expression
  /** The offset in CS that the handler returns to. */
  readonly returnTo: Expression
}

/**
 * The plain case of `events/deliver-long.ts`: from 64-bit code through a present gate to present 64-bit code
 * that does not conform, nothing being stepped or watched, with a stack that lies in one page of RAM.
 */
export function deliverLong(b: Operations, event: PlainEvent): void {
  b.leaveUnless(b.op32('and', isQuiet(b), b.op('ne', b.state(state.long, 'i32'), 0)))
  const gate = longGate(b, event)
  const code = plainDescriptor(b, gate.selector)
  const [level, cpl] = [levelOf(b, code.rights), b.state(state.cpl, 'i32')]
  const form = rights.code | rights.conforming | rights.long | rights.big
  const isCode = isRight(b, code.rights, form, rights.code | rights.long)
  b.leaveUnless(b.op32('and', isCode, b.op('le_u', level, cpl)))
  const isInner = b.op('lt_u', level, cpl)
  const usesTask = b.op32('or', isInner, b.op('ne', gate.ist, 0))
  const [pointer] = b.choose(
    usesTask,
    () => [taskStack(b, b.select(b.op('eqz', gate.ist), level, b.op('add', gate.ist, beforeIst)))],
    () => [b.get(b.register(rsp, 8))],
  ) as [Expression]
  const bytes = b.op('add', b.op('shl', event.hasCode, 3), withoutCode)
  const bottom = b.op('sub', b.op('and', pointer, -16), bytes)
  const isRoom = b.op32('and', isCanonical(b, bottom), isCanonical(b, gate.offset))
  b.leaveUnless(isRoom)
  const before = readRflags(b)
  const image = event.isSoftware
    ? b.op('and', before, ~flagBit.resume >>> 0)
    : b.op('or', before, flagBit.resume)
  const stack = b.span(bottom, bytes, { level })
  const selectors = [segment.ss, segment.cs].map((one) => b.state(state.selectors + 4 * one, 'i32'))
  const frame = [event.returnTo, selectors[1], image, b.get(b.register(rsp, 8)), selectors[0]]
  const isOpen = b.op('and', gate.type, anyTrap)
  const closed = b.op('xor', b.op('shl', b.op('xor', isOpen, 1), 9), -1)
  b.commit(() => {
    const first = b.op('shl', event.hasCode, 3)
    const values = frame.map((value, index) => ({
      at: b.op('add', first, slotBytes * index),
      value: value as Expression,
    }))
    b.writeSpan(stack, bytes, slotBytes, [{ at: b.constant(0), value: event.code }, ...values])
    const selector = b.op('or', b.op('and', gate.selector, 0xfffc), level)
    setSegment(b, segment.cs, selector, code)
    b.when(isInner, () => {
      const allowed = b.op('or', b.op('shl', level, rights.dplShift), rights.unusable)
      setSegment(b, segment.ss, level, { rights: allowed, base: b.constant(0), limit: b.constant(0) })
    })
    b.set(b.register(rsp, 8), bottom)
    const after = b.op('and', b.op('and', before, ~longCleared >>> 0), closed)
    writeRflags(b, after, after)
    b.setState(state.shadow, 0, 'i32')
    b.setPrivilege(level)
    b.leap(gate.offset, 'none')
  })
}

/** Nothing is to be done around the instruction at hand, as far as delivery would have to look at it. */
function isQuiet(b: Operations): Expression {
  const debug = b.op('or', b.state(state.pendingDebug, 'i32'), b.op('and', b.state(state.dr7), 0xff))
  return b.op('eqz', b.op('or', debug, b.op('and', b.state(state.systemFlags, 'i32'), flagBit.trap)))
}

function longGate(b: Operations, { vector, isSoftware }: PlainEvent) {
  const at = b.op('shl', vector, 4)
  b.leaveUnless(b.op('le_u', b.op('add', at, 15), b.state(state.idtLimit, 'i32')))
  const entry = b.op('add', b.state(state.idtBase), at)
  const low = b.peek(b.span(entry, 8, 'system'), 0, 8)
  const high = b.peek(b.span(b.op('add', entry, 8), 8, 'system'), 0, 8)
  const access = b.op('shr_u', low, 40)
  const isGate = isRight(b, access, 0x9e, rights.present | interruptGate)
  const isWhole = b.op('eqz', b.op('and', b.op('shr_u', high, 40), 0x1f))
  b.leaveUnless(b.op32('and', isGate, isWhole))
  if (isSoftware) b.leaveUnless(b.op('ge_u', levelOf(b, access), b.state(state.cpl, 'i32')))
  const middle = b.op('and', b.op('shr_u', low, 32), 0xffff_0000)
  const offset = b.op('or', b.op('and', low, 0xffff), b.op('or', middle, b.op('shl', high, 32)))
  return {
    offset,
    selector: b.op('and', b.op('shr_u', low, 16), 0xffff),
    ist: b.op('and', b.op('shr_u', low, 32), 7),
    type: b.op('and', access, 0xf),
  }
}

/** RSP from the 64-bit task state. */
function taskStack(b: Operations, slot: Expression): Expression {
  const offset = b.op('add', b.op('shl', slot, 3), taskState64)
  const limit = b.state(state.segmentLimits + 4 * segment.tr, 'i32')
  b.leaveUnless(b.op('le_u', b.op('add', offset, 7), limit))
  const pointer = b.peek(b.span(b.op('add', b.state(state.systemBases + 8), offset), 8, 'system'), 0, 8)
  b.leaveUnless(isCanonical(b, pointer))
  return pointer
}

/** The plain case of `events/deliver-real.ts`, for INT: with a stack of 16 bits. */
export function deliverReal(b: Operations, { vector, returnTo }: PlainEvent): void {
  const isReal = b.op('eqz', b.op('and', b.state(state.cr0), cr0Bit.pe))
  const at = b.op('shl', vector, 2)
  const isInside = b.op('le_u', b.op('add', at, 3), b.state(state.idtLimit, 'i32'))
  const pointer = b.get(b.register(rsp, 2))
  const isDeep = b.op('ge_u', pointer, 6)
  b.leaveUnless(b.op32('and', b.op32('and', isReal, isQuiet(b)), b.op32('and', isInside, isDeep)))
  const bottom = b.op('sub', pointer, 6)
  const linear = plainStack(b, bottom, 6, false)
  const entry = b.peek(b.span(b.op('add', b.state(state.idtBase), at), 4, 'system'), 0, 4)
  const offset = b.op('and', entry, 0xffff)
  b.leaveUnless(b.op('le_u', offset, b.state(state.segmentLimits + 4 * segment.cs, 'i32')))
  const flags = readRflags(b)
  const stack = b.span(linear, 6, { level: b.constant(0) })
  const selector = b.state(state.selectors + 4 * segment.cs, 'i32')
  const allowed = b.state(state.segmentRights + 4 * segment.cs, 'i32')
  b.commit(() => {
    const frame = [returnTo, selector, flags].map((value, index) => ({ at: b.constant(2 * index), value }))
    b.writeSpan(stack, 6, 2, frame)
    b.set(b.register(rsp, 2), bottom)
    setCodeParagraph(b, b.op('shr_u', entry, 16), allowed)
    const after = b.op('and', flags, ~realCleared >>> 0)
    writeRflags(b, after, after)
    b.leap(offset, 'paragraph')
  })
}
