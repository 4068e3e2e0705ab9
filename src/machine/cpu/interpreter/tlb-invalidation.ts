import { codeTlb, dataTlb, state, tlbFlag, tlbSizeShift, tlbValid } from '../state-layout.ts'
import { constant, type Expression, type FunctionReference, load, op } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { codeEntry } from './code-tlb.ts'
import { dropEntry } from './data-tlb.ts'

/** Runs `body` with the offset of every entry of a table, last to first. */
function eachEntry(f: FunctionBuilder, count: number, bytes: number, body: (at: Local) => void): void {
  const at = f.let(constant('i32', count * bytes))
  f.loop((again) => {
    f.set(at, op('i32.sub', at, bytes))
    body(at)
    f.br(again, at)
  })
}

function dropCode(f: FunctionBuilder, at: Local): void {
  f.store('i64.store', at, -1, codeTlb.entries)
  f.store('i32.store', at, -1, codeTlb.entries + codeTlb.context)
}

/**
 * `(keepGlobal)`: empties both TLBs, of entries of global pages too unless they are kept. They are for every
 * PCID, so that none meets another's.
 */
export function defineFlushTlb(module: ModuleBuilder, disarmAll: FunctionReference): FunctionReference {
  return module.function('flushTlb', ['i32'], [], (f) => {
    const [keepGlobal] = f.parameters as [Local]
    const isKept = (at: Local, entries: number) =>
      op('i32.and', keepGlobal, op('i32.shr_u', load('i32.load', at, entries + 8), Math.log2(tlbFlag.global)))
    eachEntry(f, codeTlb.count, codeTlb.entryBytes, (at) => {
      f.if(op('i32.eqz', isKept(at, codeTlb.entries)), () => dropCode(f, at))
    })
    f.if(
      keepGlobal,
      () =>
        eachEntry(f, dataTlb.count, dataTlb.entryBytes, (at) => {
          const isOwn = op('i32.eqz', isKept(at, dataTlb.entries))
          f.if(isOwn, () => f.store('i64.store', at, 0, dataTlb.entries))
        }),
      () => {
        f.fill(dataTlb.entries, 0, dataTlb.count * dataTlb.entryBytes)
        f.store('i32.store', 0, 0, state.hasLargePages)
      },
    )
    f.call(disarmAll)
  })
}

/** Whether two addresses lie in the same page of the size that `flags` name. */
function isSamePage(a: Expression, b: Expression, flags: Expression): Expression {
  return op('i64.eqz', op('i64.shr_u', op('i64.xor', a, b), op('i64.shr_u', flags, tlbSizeShift)))
}

/**
 * `(linear)`: INVLPG. Of a large page it drops every part that the TLBs have (SDM volume 3, 4.10.4.1); the
 * page's size is what the TLB remembers.
 */
export function defineInvalidatePage(module: ModuleBuilder): FunctionReference {
  const everywhere = defineInvalidateLarge(module)
  return module.function('invalidatePage', ['i64'], [], (f) => {
    const [linear] = f.parameters as [Local]
    f.if(load('i32.load', 0, state.hasLargePages), () => {
      f.call(everywhere, linear)
      f.return()
    })
    const page = f.let(op('i64.and', linear, ~0xfffn))
    const set = f.let(op('i32.and', op('i32.wrap_i64', op('i64.shr_u', linear, 12)), dataTlb.count - 1))
    const at = f.let(op('i32.mul', set, dataTlb.entryBytes))
    const known = op('i64.eq', load('i64.load', at, dataTlb.entries), op('i64.or', page, tlbValid))
    f.if(known, () => dropEntry(f, at, set))
    const code = f.let(codeEntry(linear))
    const tag = load('i64.load', code, codeTlb.entries)
    f.if(op('i64.eq', op('i64.and', tag, -2), page), () => dropCode(f, code))
  })
}

function defineInvalidateLarge(module: ModuleBuilder): FunctionReference {
  return module.function('invalidateLarge', ['i64'], [], (f) => {
    const [linear] = f.parameters as [Local]
    eachEntry(f, dataTlb.count, dataTlb.entryBytes, (at) => {
      const tag = f.let(load('i64.load', at, dataTlb.entries))
      const isThere = op('i32.wrap_i64', op('i64.and', tag, tlbValid))
      const same = isSamePage(tag, linear, load('i64.load', at, dataTlb.entries + 8))
      f.if(op('i32.and', isThere, same), () => {
        const set = f.let(op('i32.div_u', at, dataTlb.entryBytes))
        dropEntry(f, at, set)
      })
    })
    eachEntry(f, codeTlb.count, codeTlb.entryBytes, (at) => {
      const tag = load('i64.load', at, codeTlb.entries)
      const same = isSamePage(tag, linear, load('i64.load', at, codeTlb.entries + 8))
      f.if(op('i32.and', op('i64.ne', tag, -1), same), () => dropCode(f, at))
    })
  })
}
