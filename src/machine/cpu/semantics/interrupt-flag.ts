import { flagBit } from '../register-bits.ts'
import { shadow, state } from '../state-layout.ts'
import type { Expression } from '../wasm/expression.ts'
import type { Operations, Semantic } from './operations.ts'
import { beginUnseen, endsUnseen } from './unseen-shadow.ts'

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

/** Where IF was clear, no interrupt comes before the next instruction is done. */
const sti: Semantic = (b) => {
  const flags = b.systemFlags()
  b.leaveUnless(mayChange(b, flags))
  const isClosed = b.op32('eqz', b.op32('and', flags, flagBit.interrupt))
  b.leaveUnless(b.op32('or', b.op32('eqz', isClosed), endsUnseen(b)))
  const beginShadow = beginUnseen(b, shadow.sti, isClosed)
  b.commit(() => {
    b.setSystemFlags(b.op32('or', flags, flagBit.interrupt))
    beginShadow()
  })
}

export const interruptFlag: Readonly<Record<string, Semantic>> = { CLI: cli, STI: sti }
