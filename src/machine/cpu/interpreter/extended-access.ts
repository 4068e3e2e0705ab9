import { resolved } from '../access.ts'
import { state } from '../state-layout.ts'
import { call, type FunctionReference, load, op } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import type { MemoryFunctions } from './memory.ts'

/** Ten bytes of memory: a number of the extended format, or a packed decimal. */
export interface ExtendedAccess {
  /** `(address, slot) → low 8 bytes, i32 of the upper 2` */
  readonly readExtended: FunctionReference
  /** `(address, slot, low, high)` */
  readonly writeExtended: FunctionReference
}

export function defineExtendedAccess(module: ModuleBuilder, memory: MemoryFunctions): ExtendedAccess {
  return {
    readExtended: module.function('readExtended', ['i32', 'i32'], ['i64', 'i32'], (f) => {
      const [address, slot] = f.parameters as [Local, Local]
      f.if(op('i32.eq', address, resolved.far), () => {
        const low = f.let(call(memory.readFarPart, slot, 0, 8))
        f.return(low, op('i32.wrap_i64', call(memory.readFarPart, slot, 8, 2)))
      })
      f.return(load('i64.load', address), load('i32.load16_u', address, 8))
    }),
    writeExtended: module.function('writeExtended', ['i32', 'i32', 'i64', 'i32'], [], (f) => {
      const [address, slot, low, high] = f.parameters as [Local, Local, Local, Local]
      const upper = op('i64.extend_i32_u', high)
      f.if(op('i32.eq', address, resolved.far), () => {
        f.call(memory.writeFarPart, slot, 0, 8, low)
        f.call(memory.writeFarPart, slot, 8, 2, upper)
        f.return()
      })
      f.if(op('i32.ge_u', address, state.end), () => f.call(memory.noteWrite, address, 10))
      f.store('i64.store', address, low)
      f.store('i64.store16', address, upper, 8)
    }),
  }
}
