import { reversed } from './arithmetic.ts'
import type { Semantic } from './operations.ts'

const move: Semantic = (b) => {
  const value = b.source(1)
  const destination = b.operand(0, 'w')
  b.commit(() => b.set(destination, value))
}

const moveSigned: Semantic = (b) => {
  const value = b.signed(b.source(1), b.operandBytes(1))
  const destination = b.operand(0, 'w')
  b.commit(() => b.set(destination, value))
}

const loadAddress: Semantic = (b) => {
  const address = b.effectiveAddress()
  const destination = b.operand(0, 'w')
  b.commit(() => b.set(destination, address))
}

const moveReversed: Semantic = (b) => {
  const value = reversed(b, b.source(1))
  const destination = b.operand(0, 'w')
  b.commit(() => b.set(destination, value))
}

/** CBW, CWDE, CDQE: the lower half of rAX with its sign. */
const widen: Semantic = (b) => {
  const value = b.signed(b.get(b.register(0, b.bytes / 2)), b.bytes / 2)
  b.commit(() => b.set(b.register(0), value))
}

/** CWD, CDQ, CQO: the sign of rAX fills rDX. */
const spreadSign: Semantic = (b) => {
  const sign = b.op('shr_s', b.signed(b.get(b.register(0))), 63)
  b.commit(() => b.set(b.register(2), sign))
}

/** The source is read, and a 32-bit destination zero-extended, whatever the condition says. */
const moveIf: Semantic = (b) => {
  const source = b.source(1)
  const destination = b.operand(0, 'rw')
  const value = b.select(b.condition(), source, b.get(destination))
  b.commit(() => b.set(destination, value))
}

const setIf: Semantic = (b) => {
  const destination = b.operand(0, 'w')
  const value = b.number(b.condition())
  b.commit(() => b.set(destination, value))
}

export const moves: Readonly<Record<string, Semantic>> = {
  MOV: move,
  MOVZX: move,
  MOVSX: moveSigned,
  MOVSXD: moveSigned,
  MOVNTI: move,
  MOVBE: moveReversed,
  LEA: loadAddress,
  CBW: widen,
  CWD: spreadSign,
  CMOVcc: moveIf,
  SETcc: setIf,
}
