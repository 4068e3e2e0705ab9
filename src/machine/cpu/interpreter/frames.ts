import { frame, lowPages, ramBase, state } from '../state-layout.ts'
import { type Expression, type FunctionReference, load, op, select } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'

const lowMemory = 0x10_0000
const fourGiB = 0x1_0000_0000n

/**
 * `(physical address) → address in this memory` of the page that backs it, plus `frame.readOnly`;
 * `frame.none` where a device is, or nothing. RAM above 1 MiB backs itself; below, a table says page by
 * page. So does memory of a device, where it has been placed.
 */
export function defineFrameOf(module: ModuleBuilder): FunctionReference {
  return module.function('frameOf', ['i64'], ['i32'], (f) => {
    const [address] = f.parameters as [Local]
    const low = f.let(op('i32.wrap_i64', address))
    f.if(op('i64.lt_u', address, load('i64.load', 0, state.ramBytes)), () => {
      f.if(op('i32.ge_u', low, lowMemory), () => {
        f.return(op('i32.add', op('i32.and', low, ~0xfff), ramBase))
      })
    })
    f.if(op('i64.lt_u', address, lowMemory), () => {
      f.return(load('i32.load', op('i32.and', op('i32.shr_u', low, 10), 0x3fc), lowPages))
    })
    const isRom = op('i64.ge_u', address, load('i64.load', 0, state.romBase))
    f.if(op('i32.and', isRom, op('i64.lt_u', address, fourGiB)), () => {
      const offset = op('i32.sub', low, load('i32.load', 0, state.romBase))
      const page = op('i32.and', offset, ~0xfff)
      f.return(op('i32.add', op('i32.add', page, load('i32.load', 0, state.romFrames)), frame.readOnly))
    })
    const inDevice = f.let(op('i64.sub', address, load('i64.load', 0, state.deviceBase)))
    f.if(op('i64.lt_u', inDevice, load('i64.load', 0, state.deviceBytes)), () => {
      const page = op('i32.and', op('i32.wrap_i64', inDevice), ~0xfff)
      f.return(op('i32.add', page, load('i32.load', 0, state.deviceFrames)))
    })
    f.return(frame.none)
  })
}

/** Whether a frame is there and may be used so. */
export function canRead(found: Expression): Expression {
  return op('i32.ne', found, frame.none)
}

export function canWrite(found: Expression): Expression {
  return op('i32.eqz', op('i32.and', found, frame.readOnly))
}

/** The address in this memory of a physical address whose frame is known. */
export function addressIn(found: Expression, physical: Expression): Expression {
  const offset = op('i32.and', op('i32.wrap_i64', physical), 0xfff)
  return op('i32.or', op('i32.and', found, ~0xfff), offset)
}

/** Physical addresses as the CPU puts them on the bus: without bit 20 while A20 is masked. */
export function throughA20(physical: Expression): Expression {
  const open = load('i32.load', 0, state.a20)
  return select(open, physical, op('i64.and', physical, ~BigInt(lowMemory)))
}
