import { state } from '../state-layout.ts'
import { constant, type Expression } from '../wasm/expression.ts'
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

/** Begins it, where `begins`. Whoever leaves the core before it ends finds it (`Cpu`). */
export function beginUnseen(b: Operations, kind: number, begins: Expression): () => void {
  const left = b.op32('wrap_i64', b.op('sub', b.state(state.budget, 'i32'), 1))
  return () => {
    b.when(begins, () => {
      b.setState(state.unseenShadow, constant('i32', kind), 'i32')
      b.setState(state.unseenAt, left, 'i32')
    })
  }
}
