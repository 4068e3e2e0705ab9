import { vector } from '../vector.ts'
import type { Semantic } from './operations.ts'

/** Bounds are signed and inclusive, the lower one first (SDM volume 2, BOUND). */
const checkBound: Semantic = (b) => {
  const index = b.signed(b.source(0))
  const lower = b.signed(b.get(b.operandAt(1, b.constant(0), 'r', b.bytes)))
  const upper = b.signed(b.get(b.operandAt(1, b.constant(b.bytes), 'r', b.bytes)))
  b.fault(b.op32('or', b.op('lt_s', index, lower), b.op('gt_s', index, upper)), vector.boundRange)
  b.commit(() => {})
}

/** Checked like a byte that is read; there is no cache to flush. */
const flushLine: Semantic = (b) => {
  b.get(b.operand(0, 'r', 0, 1))
  b.commit(() => {})
}

const nothing: Semantic = (b) => b.commit(() => {})

const pause: Semantic = (b) => b.commit(() => b.pause())

export const checks: Readonly<Record<string, Semantic>> = {
  BOUND: checkBound,
  CLFLUSH: flushLine,
  CLFLUSHOPT: flushLine,
  CLWB: flushLine,
  MFENCE: nothing,
  LFENCE: nothing,
  SFENCE: nothing,
  PREFETCH: nothing,
  NOP: nothing,
  PAUSE: pause,
}
