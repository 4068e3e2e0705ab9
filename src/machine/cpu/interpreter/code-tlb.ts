import { accessBit } from '../access.ts'
import { addressMask, codeTlb, state } from '../state-layout.ts'
import { call, type Expression, type FunctionReference, load, op } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { noteLarge } from './data-tlb.ts'

/** `(linear) → physical page`, or -1: fills the instruction TLB, for user or supervisor code. */
export function defineTranslateFetch(module: ModuleBuilder, walk: FunctionReference): FunctionReference {
  return module.function('translateFetch', ['i64'], ['i64'], (f) => {
    const [linear] = f.parameters as [Local]
    const at = f.let(codeEntry(linear))
    const tag = f.let(codeTag(linear))
    const known = op('i64.eq', load('i64.load', at, codeTlb.entries), tag)
    f.if(known, () => f.return(op('i64.and', load('i64.load', at, codeTlb.entries + 8), addressMask)))
    const flags = f.let(call(walk, linear, accessBit.fetch))
    f.if(op('i64.eq', flags, -1), () => f.return(-1))
    f.store('i64.store', at, tag, codeTlb.entries)
    f.store('i64.store', at, flags, codeTlb.entries + 8)
    f.store('i32.store', at, -1, codeTlb.entries + codeTlb.context)
    noteLarge(f, flags)
    f.return(op('i64.and', flags, addressMask))
  })
}

/** What the instruction TLB compares: the page, and whether user code may be there. */
export function codeTag(linear: Expression): Expression {
  return op('i64.or', op('i64.and', linear, ~0xfffn), load('i64.load', 0, state.fetchesAsUser))
}

/** Offset of the instruction TLB entry that an address falls into. */
export function codeEntry(linear: Expression): Expression {
  const mask = (codeTlb.count - 1) * codeTlb.entryBytes
  return op('i32.and', op('i32.wrap_i64', op('i64.shr_u', linear, 7)), mask)
}
