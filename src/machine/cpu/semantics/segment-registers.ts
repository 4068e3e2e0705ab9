import { cr0Bit, flagBit } from '../register-bits.ts'
import { rights, segment, shadow, state } from '../state-layout.ts'
import { constant, type Expression } from '../wasm/expression.ts'
import type { Operations, Semantic } from './operations.ts'
import { isRight, levelOf, plainDescriptor } from './plain-descriptor.ts'
import { beginUnseen, endsUnseen } from './unseen-shadow.ts'

/** Rights that loading a paragraph leaves as they are, see `CpuState.setParagraph`. */
const usable = rights.present | rights.nonSystem
const usableMask = usable | rights.unusable

type Loaded = readonly [rights: Expression, base: Expression, limit: Expression]

/** Real-address mode or virtual-8086: a selector is a paragraph. */
export function hasParagraphs(b: Operations): Expression {
  const isReal = b.op('eqz', b.op('and', b.state(state.cr0), cr0Bit.pe))
  return b.op32(
    'or',
    isReal,
    b.op('ne', b.op('and', b.state(state.systemFlags, 'i32'), flagBit.virtual8086), 0),
  )
}

/** i32 of a segment register's field, by number. */
const fieldAt = (b: Operations, number: Expression, at: number) => b.op32('add', b.op32('shl', number, 2), at)

const baseAt = (b: Operations, number: Expression) =>
  b.op32('add', b.op32('shl', number, 3), state.segmentBases)

/**
 * The plain case of `segments/load-segment.ts`, for the register `number` (i32) other than CS: answers what
 * loads it in the commit.
 */
function load(b: Operations, number: Expression, selector: Expression, holdsEvents: boolean): () => void {
  const isStack = b.op32('eq', number, segment.ss)
  const beginsShadow = holdsEvents ? isStack : constant('i32', 0)
  if (holdsEvents) b.leaveUnless(b.op32('or', b.op32('eqz', isStack), endsUnseen(b)))
  const beginShadow = beginUnseen(b, shadow.movSs, beginsShadow)
  const isParagraph = hasParagraphs(b)
  const isNull = b.op('eqz', b.op('and', selector, 0xfffc))
  const [allowed, base, limit] = b.choose(
    isParagraph,
    () => paragraph(b, number, selector),
    () =>
      b.choose(
        isNull,
        () => nothing(b, isStack),
        () => described(b, selector, isStack),
      ),
  ) as unknown as Loaded
  return () => {
    beginShadow()
    b.setState(fieldAt(b, number, state.selectors), b.op32('wrap_i64', selector), 'i32')
    b.setState(baseAt(b, number), base)
    b.when(b.op32('eqz', isParagraph), () => {
      b.setState(fieldAt(b, number, state.segmentLimits), b.op32('wrap_i64', limit), 'i32')
      b.setState(fieldAt(b, number, state.segmentRights), b.op32('wrap_i64', allowed), 'i32')
      b.reload()
    })
  }
}

/** Limit and rights stay. */
function paragraph(b: Operations, number: Expression, selector: Expression): Loaded {
  const allowed = b.state(fieldAt(b, number, state.segmentRights), 'i32')
  b.leaveUnless(isRight(b, allowed, usableMask, usable))
  return [allowed, b.op('shl', selector, 4), b.constant(0)]
}

function nothing(b: Operations, isStack: Expression): Loaded {
  b.leaveUnless(b.op32('eqz', isStack))
  return [b.constant(rights.unusable), b.constant(0), b.constant(0)]
}

function described(b: Operations, selector: Expression, isStack: Expression): Loaded {
  const found = plainDescriptor(b, selector)
  const [level, cpl] = [levelOf(b, found.rights), b.state(state.cpl, 'i32')]
  const rpl = b.op('and', selector, 3)
  const isReadable = b.op32('eqz', isRight(b, found.rights, rights.code | rights.readable, rights.code))
  const conforming = rights.code | rights.conforming
  const isOrdinary = b.op32('eqz', isRight(b, found.rights, conforming, conforming))
  const isVisible = b.op32('and', b.op('ge_u', level, cpl), b.op('ge_u', level, rpl))
  const asData = b.op32('and', b.op32('and', isReadable, isOrdinary), isVisible)
  const isWritable = isRight(b, found.rights, rights.code | rights.writable, rights.writable)
  const isOwn = b.op32('and', b.op('eq', level, cpl), b.op('eq', rpl, cpl))
  b.leaveUnless(b.op32('or', b.op32('and', isWritable, isOwn), b.op32('and', asData, b.op32('eqz', isStack))))
  return [found.rights, found.base, found.limit]
}

const move: Semantic = (b) => {
  const number = b.operandNumber(0)
  b.leaveUnless(b.op32('and', b.op32('ne', number, segment.cs), b.op32('le_u', number, segment.gs)))
  const loads = load(b, number, b.get(b.leaveUnlessPlain(b.operand(1, 'r'))), true)
  b.commit(loads)
}

/** To memory always 16 bits; a register is written as wide as the operand size. */
const store: Semantic = (b) => {
  const number = b.operandNumber(1)
  b.leaveUnless(b.op32('le_u', number, segment.gs))
  const selector = b.state(fieldAt(b, number, state.selectors), 'i32')
  const place = b.operand(0, 'w')
  const isWide = b.bytes > 2 ? b.op32('eqz', b.isMemory(0)) : constant('i32', 0)
  b.commit(() => {
    b.setIf(isWide, { ...place, bytes: 8 }, selector)
    b.setIf(b.op32('eqz', isWide), place, selector)
  })
}

/** 32 bits are pushed by writing 16 of them. */
const push: Semantic = (b) => {
  const selector = b.state(fieldAt(b, b.operandNumber(0), state.selectors), 'i32')
  const top = b.op('sub', b.pointer('sp'), b.bytes)
  const slot = b.at('ss', top, 'w', b.bytes === 4 ? 2 : b.bytes)
  b.commit(() => {
    b.set(slot, selector)
    b.setPointer('sp', top)
  })
}

const pop: Semantic = (b) => {
  const top = b.pointer('sp')
  const selector = b.get(b.leaveUnlessPlain(b.at('ss', top, 'r', 2)))
  const loads = load(b, b.operandNumber(0), selector, true)
  const above = b.op('add', top, b.bytes)
  b.commit(() => {
    b.setPointer('sp', above)
    loads()
  })
}

/** LSS holds no events back. */
function loadPointer(number: number): Semantic {
  return (b) => {
    const offset = b.get(b.leaveUnlessPlain(b.operandAt(1, b.constant(0), 'r', b.bytes)))
    const selector = b.get(b.leaveUnlessPlain(b.operandAt(1, b.constant(b.bytes), 'r', 2)))
    const loads = load(b, constant('i32', number), selector, false)
    const destination = b.operand(0, 'w')
    b.commit(() => {
      b.set(destination, offset)
      loads()
    })
  }
}

/** The plain cases of `segments/segment-moves.ts`. */
export const segmentRegisters: Readonly<Record<string, Semantic>> = {
  'MOV Sw,Ew': move,
  'MOV Ew,Sw': store,
  PUSHS: push,
  POPS: pop,
  LDS: loadPointer(segment.ds),
  LES: loadPointer(segment.es),
  LFS: loadPointer(segment.fs),
  LGS: loadPointer(segment.gs),
  LSS: loadPointer(segment.ss),
}
