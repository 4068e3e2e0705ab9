import { flagBit } from '../register-bits.ts'
import { pending, state } from '../state-layout.ts'
import type { Expression } from '../wasm/expression.ts'
import type { Operations } from './operations.ts'

const interruptFlagAt = Math.log2(flagBit.interrupt)

/**
 * What of all that waits has to be looked at once RFLAGS are `flags`, 0: nothing. An interrupt that IF keeps
 * out goes on waiting: kernels that come up with interrupts off have one as soon as a timer runs.
 */
export function letIn(b: Operations, flags: Expression): Expression {
  const isOpen = b.op('and', b.op('shr_u', flags, interruptFlagAt), pending.interrupt)
  return b.op('and', b.state(state.pending, 'i32'), b.op('or', isOpen, ~pending.interrupt))
}
