import { codeMapHints, codeTlb, ramBase, segment, state } from '../state-layout.ts'
import { call, constant, type Expression, type FunctionReference, load, op } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { codeMisses, decodedAt } from './code-lookup.ts'
import { codeEntry } from './code-tlb.ts'
import { canRead } from './frames.ts'
import type { MemoryFunctions } from './memory.ts'

type FetchFunctions = Pick<MemoryFunctions, 'translateFetch' | 'frameOf'>

/**
 * `(linear address) → micro-op`, or 0 when TypeScript has to fetch or decode it. Makes its page the current
 * one.
 */
export function defineFindCode(module: ModuleBuilder, memory: FetchFunctions): FunctionReference {
  const refill = defineRefill(module, memory)
  return module.function('findCode', ['i64'], ['i32'], (f) => {
    const [address] = f.parameters as [Local]
    const entry = f.let(codeEntry(address))
    f.if(codeMisses(address, entry), () => {
      f.if(op('i32.eqz', call(refill, address, entry)), () => f.return(0))
    })
    f.store('i64.store', 0, op('i64.and', address, ~0xfffn), state.page)
    f.return(decodedAt(address, entry))
  })
}

/**
 * `(linear address, entry of the instruction TLB) → 1`, or 0: fetches through the page tables, as
 * `CodeCache.enter` does, and leads the entry to code that had been decoded from that frame before. Not
 * beside the limit of CS, where a fault may come first.
 */
function defineRefill(module: ModuleBuilder, { translateFetch, frameOf }: FetchFunctions): FunctionReference {
  return module.function('refillCode', ['i64', 'i32'], ['i32'], (f) => {
    const [address, entry] = f.parameters as [Local, Local]
    f.if(op('i32.eqz', load('i32.load', 0, state.long)), () => {
      f.if(isBesideLimit(address), () => f.return(0))
    })
    const physical = f.let(call(translateFetch, address))
    f.if(op('i64.eq', physical, -1), () => f.return(0))
    const found = f.let(call(frameOf, physical))
    f.if(op('i32.eqz', canRead(found)), () => f.return(0))
    const frame = f.let(op('i32.shr_u', op('i32.sub', found, ramBase), 12))
    const context = f.let(load('i32.load', 0, state.codeContext))
    const index = op('i32.and', hintIndex(frame, context), codeMapHints.count - 1)
    const at = f.let(op('i32.mul', index, codeMapHints.entryBytes))
    const hint = (field: number) => load('i32.load', at, codeMapHints.at + field)
    const isOther = op(
      'i32.or',
      op('i32.xor', hint(codeMapHints.frame), frame),
      op('i32.xor', hint(codeMapHints.context), context),
    )
    const map = f.let(hint(codeMapHints.map))
    f.if(op('i32.or', isOther, op('i32.eqz', map)), () => f.return(0))
    f.store('i32.store', entry, map, codeTlb.entries + codeTlb.map)
    f.store('i32.store', entry, context, codeTlb.entries + codeTlb.context)
    f.return(1)
  })
}

/** Whether the page at `address` reaches beyond the limit of CS. */
function isBesideLimit(address: Local): Expression {
  const offset = op('i64.and', op('i64.sub', address, load('i64.load', 0, state.codeBase)), 0xffff_ffffn)
  const left = op('i64.sub', constant('i64', 0xfff), op('i64.and', address, 0xfff))
  const limit = load('i64.load32_u', 0, state.segmentLimits + 4 * segment.cs)
  return op('i64.gt_u', op('i64.add', offset, left), limit)
}

/** As `CodeCache` has it. */
function hintIndex(frame: Expression, context: Expression): Expression {
  return op('i32.add', frame, op('i32.mul', context, 61))
}
