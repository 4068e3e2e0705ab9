import { codeTlb, state } from '../state-layout.ts'
import { type Expression, load, op } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import { codeTag } from './code-tlb.ts'

/** Both widths of segmented code share one interpreter. */
export type InterpreterName = 'flat32' | 'long64' | 'segmented'

/** As an offset in CS, what is at `offset` in the page that runs. */
export function codeOffset(name: InterpreterName, offset: Expression): Expression {
  const linear = op('i64.add', load('i64.load', 0, state.page), op('i64.extend_i32_u', offset))
  if (name === 'long64') return linear
  const inSegment = name === 'flat32' ? linear : op('i64.sub', linear, load('i64.load', 0, state.codeBase))
  return op('i64.and', inSegment, 0xffff_ffffn)
}

/** The linear address of an offset in CS that has no bits beyond its width. */
export function codeLinear(name: InterpreterName, offset: Expression): Expression {
  if (name !== 'segmented') return offset
  return op('i64.and', op('i64.add', offset, load('i64.load', 0, state.codeBase)), 0xffff_ffffn)
}

/** Whether the instruction TLB does not know the page, or what was decoded there belongs to other code. */
export function codeMisses(address: Expression, entry: Local): Expression {
  const unknown = op('i64.ne', load('i64.load', entry, codeTlb.entries), codeTag(address))
  const context = load('i32.load', entry, codeTlb.entries + codeTlb.context)
  return op('i32.or', unknown, op('i32.ne', context, load('i32.load', 0, state.codeContext)))
}

/** The micro-op at an address whose page the instruction TLB knows, or 0. */
export function decodedAt(address: Expression, entry: Local): Expression {
  const map = load('i32.load', entry, codeTlb.entries + codeTlb.map)
  const offset = op('i32.shl', op('i32.and', op('i32.wrap_i64', address), 0xfff), 2)
  return load('i32.load', op('i32.add', map, offset))
}
