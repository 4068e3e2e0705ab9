import { place, state } from '../state-layout.ts'
import {
  call,
  constant,
  type Expression,
  type FunctionReference,
  lane,
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
function isDevice(at: Local, first: Expression, bytes: Expression, frameOf: FunctionReference): Expression {
  const inPage = op('i32.ge_u', load('i32.load', at, state.places + place.split), bytes)
  return op('i32.and', inPage, op('i32.eqz', canRead(call(frameOf, first))))
}

/** Far places: `read` and `write` of up to 8 bytes, and of 16. */
export interface FarPlaces {
  /** `(slot, bytes) → value` of a place that crosses pages or is no RAM. */
  readonly readFar: FunctionReference
  /** `(slot, bytes, value)` */
  readonly writeFar: FunctionReference
  /** `(slot) → vector` */
  readonly readFarVector: FunctionReference
  /** `(slot, vector)` */
  readonly writeFarVector: FunctionReference
  /** `(slot, from, bytes) → value`: part of a place, up to 8 bytes. */
  readonly readFarPart: FunctionReference
  /** `(slot, from, bytes, value)` */
  readonly writeFarPart: FunctionReference
}

export function defineFarPlaces(
  module: ModuleBuilder,
  imports: Imports,
  physical: PhysicalAccess,
): FarPlaces {
  const readFarPart = defineReadPart(module, imports, physical)
  const writeFarPart = defineWritePart(module, imports, physical)
  return {
    readFarPart,
    writeFarPart,
    readFar: module.function('readFar', ['i32', 'i32'], ['i64'], (f) => {
      const [slot, bytes] = f.parameters as [Local, Local]
      f.return(call(readFarPart, slot, 0, bytes))
    }),
    writeFar: module.function('writeFar', ['i32', 'i32', 'i64'], [], (f) => {
      const [slot, bytes, value] = f.parameters as [Local, Local, Local]
      f.call(writeFarPart, slot, 0, bytes, value)
    }),
    readFarVector: module.function('readFarVector', ['i32'], ['v128'], (f) => {
      const [slot] = f.parameters as [Local]
      const low = f.let(call(readFarPart, slot, 0, 8))
      f.return(lane('i64x2.replace_lane', 1, op('i64x2.splat', low), call(readFarPart, slot, 8, 8)))
    }),
    writeFarVector: module.function('writeFarVector', ['i32', 'v128'], [], (f) => {
      const [slot, value] = f.parameters as [Local, Local]
      for (const half of [0, 1])
        f.call(writeFarPart, slot, 8 * half, 8, lane('i64x2.extract_lane', half, value))
    }),
  }
}

/** `(slot, from, bytes) → value` of part of a place. Eight bytes of a device are two reads. */
function defineReadPart(
  module: ModuleBuilder,
  imports: Imports,
  { frameOf, read8 }: PhysicalAccess,
): FunctionReference {
  return module.function('readFarPart', ['i32', 'i32', 'i32'], ['i64'], (f) => {
    const [slot, from, bytes] = f.parameters as [Local, Local, Local]
    const at = f.let(op('i32.mul', slot, place.bytes))
    const end = f.let(op('i32.add', from, bytes))
    const first = f.let(load('i64.load', at, state.places + place.first))
    f.if(isDevice(at, first, end, frameOf), () => {
      f.set(first, op('i64.add', first, op('i64.extend_i32_u', from)))
      f.if(op('i32.le_u', bytes, deviceBytes), () => f.return(readDevice(imports, first, bytes)))
      const low = f.let(readDevice(imports, first, deviceBytes))
      const high = readDevice(imports, op('i64.add', first, deviceBytes), deviceBytes)
      f.return(op('i64.or', op('i64.shl', high, 32), low))
    })
    const value = f.let(constant('i64', 0))
    f.loop((again) => {
      f.set(end, op('i32.sub', end, 1))
      f.set(value, op('i64.or', op('i64.shl', value, 8), call(read8, byteAddress(at, end))))
      f.br(again, op('i32.gt_u', end, from))
    })
    f.return(value)
  })
}

/** `(slot, from, bytes, value)` */
function defineWritePart(
  module: ModuleBuilder,
  imports: Imports,
  { frameOf, write8 }: PhysicalAccess,
): FunctionReference {
  return module.function('writeFarPart', ['i32', 'i32', 'i32', 'i64'], [], (f) => {
    const [slot, from, bytes, value] = f.parameters as [Local, Local, Local, Local]
    const at = f.let(op('i32.mul', slot, place.bytes))
    const end = f.let(op('i32.add', from, bytes))
    const first = f.let(load('i64.load', at, state.places + place.first))
    f.if(isDevice(at, first, end, frameOf), () => {
      f.set(first, op('i64.add', first, op('i64.extend_i32_u', from)))
      const [low, high] = halves(value)
      const isShort = op('i32.le_u', bytes, deviceBytes)
      f.call(imports.busWrite, ...halves(first), select(isShort, bytes, constant('i32', deviceBytes)), low)
      f.if(op('i32.eqz', isShort), () => {
        f.call(imports.busWrite, ...halves(op('i64.add', first, deviceBytes)), deviceBytes, high)
      })
      f.return()
    })
    f.loop((again) => {
      f.call(write8, byteAddress(at, from), value)
      f.set(value, op('i64.shr_u', value, 8))
      f.set(from, op('i32.add', from, 1))
      f.br(again, op('i32.lt_u', from, end))
    })
  })
}
