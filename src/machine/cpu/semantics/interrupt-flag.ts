import { flagBit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import type { Expression } from '../wasm/expression.ts'
import type { Operations, Semantic } from './operations.ts'

/** At IOPL or above, which real mode always is; virtual-8086 code and PVI below that are TypeScript's. */
function mayChange(b: Operations, flags: Expression): Expression {
  const iopl = b.op32('and', b.op32('shr_u', flags, 12), 3)
  return b.op32('le_u', b.op32('wrap_i64', b.state(state.cpl, 'i32')), iopl)
}

/** The plain cases of `events/flags-instructions.ts`. */
const cli: Semantic = (b) => {
  const flags = b.systemFlags()
  b.leaveUnless(mayChange(b, flags))
  b.commit(() => b.setSystemFlags(b.op32('and', flags, ~flagBit.interrupt)))
}

/**
 * Where IF was clear nothing may wait for it, and the next instruction must run at once: then nobody sees the
 * shadow that lasts until that is done.
 */
const sti: Semantic = (b) => {
  const flags = b.systemFlags()
  b.leaveUnless(mayChange(b, flags))
  b.leaveUnless(b.op32('or', b.op32('and', flags, flagBit.interrupt), shadowIsUnseen(b)))
  b.commit(() => b.setSystemFlags(b.op32('or', flags, flagBit.interrupt)))
}

/** Whether an interrupt shadow that begins now ends with nothing having looked at it. */
export function shadowIsUnseen(b: Operations): Expression {
  const isQuiet = b.op('eqz', b.op('or', b.state(state.pending, 'i32'), b.state(state.unarmed, 'i32')))
  return b.op32('and', isQuiet, b.op('gt_u', b.state(state.budget, 'i32'), 1))
}

export const interruptFlag: Readonly<Record<string, Semantic>> = { CLI: cli, STI: sti }
