import { flagBit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import { type Expression, type FunctionReference, load, op } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'

/*
 * RF holds for one instruction (SDM volume 3, 17.3.1.1). Where IRET has set it, the core runs that one alone,
 * by keeping the other units of its budget back; then it clears RF and goes on with them.
 */

/** `() → units that were kept back`: they count again. */
export function defineReleaseUnits(module: ModuleBuilder): FunctionReference {
  return module.function('releaseUnits', [], ['i32'], (f) => {
    const kept = f.let(load('i32.load', 0, state.deferred))
    f.store('i32.store', 0, 0, state.deferred)
    f.store('i32.store', 0, op('i32.add', load('i32.load', 0, state.slice), kept), state.slice)
    f.return(kept)
  })
}

/** Keeps all but one unit of the budget back, which is at least 2. */
export function beginResume(f: FunctionBuilder, budget: Local): void {
  const kept = f.let(op('i32.sub', budget, 1))
  f.store('i32.store', 0, kept, state.deferred)
  f.store('i32.store', 0, 1, state.resumed)
  f.store('i32.store', 0, op('i32.sub', load('i32.load', 0, state.slice), kept), state.slice)
  f.set(budget, 1)
}

export const isResuming = (): Expression => load('i32.load', 0, state.deferred)

/** Unless TypeScript has taken `resumed` back, because the instruction has set RF itself. */
export function clearResume(f: FunctionBuilder): void {
  f.if(load('i32.load', 0, state.resumed), () => {
    f.store('i32.store', 0, 0, state.resumed)
    const flags = op('i32.and', load('i32.load', 0, state.systemFlags), ~flagBit.resume)
    f.store('i32.store', 0, flags, state.systemFlags)
  })
}
