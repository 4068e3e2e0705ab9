import { control } from '../float/formats.ts'
import { op, select } from '../wasm/expression.ts'
import { type Lane, packed, scalar } from './float-lanes.ts'
import type { Semantic } from './operations.ts'

/** The immediate: its own rounding in bits 0 and 1, MXCSR's instead with bit 2, no PE with bit 3. */
const roundBy: Lane = (b, width, mxcsr, _, y) => {
  const immediate = b.op32('wrap_i64', b.immediate(2))
  const how = b.control(mxcsr)
  const own = op('i32.shl', op('i32.and', immediate, 3), control.roundingShift)
  const replaced = op('i32.or', op('i32.and', how, ~control.rounding), own)
  const rounding = select(op('i32.and', immediate, 4), how, replaced)
  const [bits, flags] = b.soft(width, 'roundToIntegral', y, rounding)
  const hidden = op('i32.shl', op('i32.and', op('i32.shr_u', immediate, 3), 1), 5)
  return [bits, op('i32.and', flags, op('i32.xor', hidden, -1))]
}

/** ROUNDPS and its kin. */
export const sseRound: Readonly<Record<string, Semantic>> = {
  ...{ ROUNDPS: packed(roundBy, 32), ROUNDPD: packed(roundBy, 64) },
  ...{ ROUNDSS: scalar(roundBy), ROUNDSD: scalar(roundBy) },
}
