import { flagBit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import type { Expression } from '../wasm/expression.ts'
import type { Operations, Semantic } from './operations.ts'

/** The plain cases of `control/access-control.ts`: at level 0. */
function setAlignmentCheck(after: (b: Operations, flags: Expression) => Expression): Semantic {
  return (b) => {
    b.leaveUnless(b.op('eqz', b.state(state.cpl, 'i32')))
    const flags = after(b, b.systemFlags())
    b.commit(() => {
      b.setSystemFlags(flags)
      b.run('selectBank')
    })
  }
}

export const accessControl: Readonly<Record<string, Semantic>> = {
  STAC: setAlignmentCheck((b, flags) => b.op32('or', flags, flagBit.alignmentCheck)),
  CLAC: setAlignmentCheck((b, flags) => b.op32('and', flags, ~flagBit.alignmentCheck)),
}
