import { rights, segment, state } from '../state-layout.ts'
import { constant, type Expression, type FunctionReference, load, op, select } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'

const rsp = state.registers + 4 * 8

const isLong = () => load('i32.load', 0, state.long)
const isBig = () => op('i32.and', load('i32.load', 0, state.segmentRights + 4 * segment.ss), rights.big)

/** What of an address a stack has: all in 64-bit mode, else as SS.B says (SDM volume 1, 6.2.3). */
export function stackMask(): Expression {
  const legacy = select(isBig(), constant('i64', 0xffff_ffffn), constant('i64', 0xffff))
  return select(isLong(), constant('i64', -1), legacy)
}

export interface StackPointerFunctions {
  readonly readStackPointer: FunctionReference
  readonly writeStackPointer: FunctionReference
}

export function defineStackPointer(module: ModuleBuilder): StackPointerFunctions {
  return {
    readStackPointer: module.function('readStackPointer', [], ['i64'], (f) => {
      f.return(op('i64.and', load('i64.load', 0, rsp), stackMask()))
    }),
    writeStackPointer: module.function('writeStackPointer', ['i64'], [], (f) => {
      const [value] = f.parameters as [Local]
      f.if(isLong(), () => {
        f.store('i64.store', 0, value, rsp)
        f.return()
      })
      f.if(
        isBig(),
        () => f.store('i64.store', 0, op('i64.and', value, 0xffff_ffffn), rsp),
        () => f.store('i64.store16', 0, value, rsp),
      )
    }),
  }
}
