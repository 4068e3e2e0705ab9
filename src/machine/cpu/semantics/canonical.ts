import type { Expression } from '../wasm/expression.ts'
import type { Operations } from './operations.ts'

/** Whether an address is sign-extended from bit 47, which is canonical in every paging mode. */
export function isCanonical48(b: Operations, address: Expression): Expression {
  return b.op('eq', b.op('shr_s', b.op('shl', address, 16), 16), address)
}
