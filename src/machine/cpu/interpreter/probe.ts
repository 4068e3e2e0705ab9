import type { Access } from '../semantics/target.ts'
import { dataTlb } from '../state-layout.ts'
import { type Expression, load, op } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'

/**
 * The address in this memory of `bytes` at `linear`, for whoever `bank` (a copy of `state.bank`) is for. One
 * comparison says that the page is in the TLB, may be used so, is RAM, and that the access does not leave
 * it; `leave` gets the opposite.
 */
export function probe(
  f: FunctionBuilder,
  linear: Local,
  bytes: number,
  access: Access,
  leave: (misses: Expression) => void,
  bank: Local,
): Local {
  const mask = (dataTlb.count - 1) * dataTlb.fastBytes
  const set = op('i32.and', op('i32.wrap_i64', op('i64.shr_u', linear, 7)), mask)
  const entry = f.let(op('i32.add', set, bank))
  const tag = dataTlb.fast + (access === 'r' ? dataTlb.readTag : dataTlb.writeTag)
  const offset = op('i64.sub', linear, load('i64.load', entry, tag))
  leave(op('i64.gt_u', offset, 4096 - bytes))
  const addend = load('i32.load', entry, dataTlb.fast + dataTlb.addend)
  return f.let(op('i32.add', op('i32.wrap_i64', linear), addend))
}
