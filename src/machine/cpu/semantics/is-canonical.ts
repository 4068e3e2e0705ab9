import { state } from '../state-layout.ts'
import type { Expression } from '../wasm/expression.ts'
import type { Operations } from './operations.ts'

/** Whether an address is sign-extended from bit 47, which is canonical in every paging mode. */
export function isCanonical48(b: Operations, address: Expression): Expression {
  return b.op('eq', b.op('shr_s', b.op('shl', address, 16), 16), address)
}

/** Whether an address is sign-extended, from bit 47 or with five levels of paging from bit 56. */
export function isCanonical(b: Operations, address: Expression): Expression {
  const hasFiveLevels = b.op('and', b.op('shr_u', b.state(state.cr4), 12), 1)
  const unused = b.op('sub', 16, b.op('mul', hasFiveLevels, 9))
  return b.op('eq', b.op('shr_s', b.op('shl', address, unused), unused), address)
}
