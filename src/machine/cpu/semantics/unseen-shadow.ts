import { state } from '../state-layout.ts'
import type { Expression } from '../wasm/expression.ts'
import type { Operations } from './operations.ts'

/**
 * Whether an interrupt shadow that begins now may end unseen: nothing waits for its end, data breakpoints
 * are no matter, and another instruction runs at once. (Stepping and instruction breakpoints run single
 * units.)
 */
export function endsUnseen(b: Operations): Expression {
  const looks = b.op('or', b.state(state.pending, 'i32'), b.state(state.unarmed, 'i32'))
  return b.op32('and', b.op('eqz', looks), b.op('gt_u', b.state(state.budget, 'i32'), 1))
}

/**
 * Begins it, where `begins`; the second of two of a kind in a row holds nothing. Whoever leaves the core
 * before it ends finds it (`Cpu`).
 */
export function beginUnseen(b: Operations, kind: number, begins: Expression): () => void {
  const budget = b.state(state.budget, 'i32')
  const isSame = b.op('eq', b.state(state.unseenShadow, 'i32'), kind)
  const isHeld = b.op32('and', isSame, b.op('eq', b.state(state.unseenAt, 'i32'), budget))
  const begun = b.op32('mul', b.op32('eqz', isHeld), kind)
  return () => {
    b.when(begins, () => {
      b.setState(state.unseenShadow, begun, 'i32')
      b.setState(state.unseenAt, b.op32('wrap_i64', b.op('sub', budget, 1)), 'i32')
    })
  }
}
