import { place, state } from '../state-layout.ts'
import {
  call,
  constant,
  type Expression,
  type FunctionReference,
  load,
  op,
  select,
} from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { canRead } from './frames.ts'
import type { Imports } from './imports.ts'
import { halves, type PhysicalAccess, readDevice } from './physical-access.ts'

/** The most that a device is asked for at once. */
const deviceBytes = 4

/** The physical address of byte `index` of the place at `at`. */
function byteAddress(at: Local, index: Local): Expression {
  const split = load('i32.load', at, state.places + place.split)
  const isFirst = op('i32.lt_u', index, split)
  const offset = (from: Expression) => op('i64.extend_i32_s', from)
  return select(
    isFirst,
    op('i64.add', load('i64.load', at, state.places + place.first), offset(index)),
    op('i64.add', load('i64.load', at, state.places + place.second), offset(op('i32.sub', index, split))),
  )
}

/** Whether a place lies in one page, and a device's at that. */
function isDevice(at: Local, first: Expression, bytes: Local, frameOf: FunctionReference): Expression {
  const inPage = op('i32.ge_u', load('i32.load', at, state.places + place.split), bytes)
  return op('i32.and', inPage, op('i32.eqz', canRead(call(frameOf, first))))
}

/**
 * `(slot, bytes) → value` of a place that crosses pages or is no RAM. Eight bytes of a device are two reads.
 */
export function defineReadFar(
  module: ModuleBuilder,
  imports: Imports,
  { frameOf, read8 }: PhysicalAccess,
): FunctionReference {
  return module.function('readFar', ['i32', 'i32'], ['i64'], (f) => {
    const [slot, bytes] = f.parameters as [Local, Local]
    const at = f.let(op('i32.mul', slot, place.bytes))
    const first = f.let(load('i64.load', at, state.places + place.first))
    f.if(isDevice(at, first, bytes, frameOf), () => {
      f.if(op('i32.le_u', bytes, deviceBytes), () => f.return(readDevice(imports, first, bytes)))
      const low = f.let(readDevice(imports, first, deviceBytes))
      const high = readDevice(imports, op('i64.add', first, deviceBytes), deviceBytes)
      f.return(op('i64.or', op('i64.shl', high, 32), low))
    })
    const value = f.let(constant('i64', 0))
    f.loop((again) => {
      f.set(bytes, op('i32.sub', bytes, 1))
      f.set(value, op('i64.or', op('i64.shl', value, 8), call(read8, byteAddress(at, bytes))))
      f.br(again, bytes)
    })
    f.return(value)
  })
}

/** `(slot, bytes, value)` to a place that crosses pages or is no RAM. */
export function defineWriteFar(
  module: ModuleBuilder,
  imports: Imports,
  { frameOf, write8 }: PhysicalAccess,
): FunctionReference {
  return module.function('writeFar', ['i32', 'i32', 'i64'], [], (f) => {
    const [slot, bytes, value] = f.parameters as [Local, Local, Local]
    const at = f.let(op('i32.mul', slot, place.bytes))
    const first = f.let(load('i64.load', at, state.places + place.first))
    f.if(isDevice(at, first, bytes, frameOf), () => {
      const [low, high] = halves(value)
      const isShort = op('i32.le_u', bytes, deviceBytes)
      f.call(imports.busWrite, ...halves(first), select(isShort, bytes, constant('i32', deviceBytes)), low)
      f.if(op('i32.eqz', isShort), () => {
        f.call(imports.busWrite, ...halves(op('i64.add', first, deviceBytes)), deviceBytes, high)
      })
      f.return()
    })
    const index = f.let(constant('i32', 0))
    f.loop((again) => {
      f.call(write8, byteAddress(at, index), value)
      f.set(value, op('i64.shr_u', value, 8))
      f.set(index, op('i32.add', index, 1))
      f.br(again, op('i32.lt_u', index, bytes))
    })
  })
}
