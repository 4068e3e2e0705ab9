import { dirtyPages, granules, ramBase, state } from '../state-layout.ts'
import { interruption } from '../status.ts'
import { call, constant, type Expression, type FunctionReference, load, op } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import type { LoadName, StoreName } from '../wasm/opcodes.ts'
import { addressIn, canRead, canWrite } from './frames.ts'
import type { Imports } from './imports.ts'

/** Reads and writes at physical addresses, naturally aligned: RAM, ROM and devices. */
export interface PhysicalAccess {
  /** `(physical address) → address in this memory`, see frames.ts. */
  readonly frameOf: FunctionReference
  /** `(address, bytes)`: before every store to RAM that the write TLB did not vouch for; within one page. */
  readonly noteWrite: FunctionReference
  readonly read8: FunctionReference
  readonly read32: FunctionReference
  readonly read64: FunctionReference
  readonly write8: FunctionReference
  readonly write32: FunctionReference
  readonly write64: FunctionReference
}

export function definePhysicalAccess(
  module: ModuleBuilder,
  imports: Imports,
  frameOf: FunctionReference,
): PhysicalAccess {
  const noteWrite = defineNoteWrite(module, imports)
  const read = (bytes: 1 | 4 | 8) => defineRead(module, imports, frameOf, bytes)
  const write = (bytes: 1 | 4 | 8) => defineWrite(module, imports, { frameOf, noteWrite }, bytes)
  return {
    frameOf,
    noteWrite,
    read8: read(1),
    read32: read(4),
    read64: read(8),
    write8: write(1),
    write32: write(4),
    write64: write(8),
  }
}

/**
 * Marks the page dirty. A store to a granule of code has the instructions that it hits forgotten: programs
 * keep variables beside their code.
 */
function defineNoteWrite(module: ModuleBuilder, imports: Imports): FunctionReference {
  return module.function('noteWrite', ['i32', 'i32'], [], (f) => {
    const [address, bytes] = f.parameters as [Local, Local]
    const first = f.let(op('i32.sub', address, ramBase))
    const page = f.let(op('i32.shr_u', first, 12))
    f.store('i32.store8', page, 1, dirtyPages)
    const used = f.let(load('i64.load', op('i32.shl', page, 3), granules))
    f.if(op('i64.eqz', used), () => f.return())
    const granule = (at: Expression) => op('i64.extend_i32_u', op('i32.and', op('i32.shr_u', at, 6), 63))
    const last = op('i32.add', first, op('i32.sub', bytes, 1))
    const count = op('i64.sub', granule(last), granule(first))
    const written = op('i64.shl', op('i64.sub', op('i64.shl', constant('i64', 2), count), 1), granule(first))
    f.if(op('i64.ne', op('i64.and', used, written), 0), () => {
      f.if(call(imports.codeWritten, first, bytes), () => {
        f.store('i32.store', 0, interruption.codeChanged, state.interruption)
      })
    })
  })
}

/** An i64 as imports take it. */
export const halves = (value: Expression) =>
  [op('i32.wrap_i64', value), op('i32.wrap_i64', op('i64.shr_u', value, 32))] as const

const loads: Readonly<Record<number, LoadName>> = { 1: 'i64.load8_u', 4: 'i64.load32_u', 8: 'i64.load' }
const stores: Readonly<Record<number, StoreName>> = { 1: 'i64.store8', 4: 'i64.store32', 8: 'i64.store' }

/** What a device answers; eight bytes are two accesses, the lower first. */
export function readDevice(imports: Imports, address: Expression, bytes: Expression | number): Expression {
  return op('i64.extend_i32_u', call(imports.busRead, ...halves(address), bytes))
}

function defineRead(
  module: ModuleBuilder,
  imports: Imports,
  frameOf: FunctionReference,
  bytes: 1 | 4 | 8,
): FunctionReference {
  return module.function(`readPhysical${8 * bytes}`, ['i64'], ['i64'], (f) => {
    const [address] = f.parameters as [Local]
    const found = f.let(call(frameOf, address))
    f.if(canRead(found), () => f.return(load(loads[bytes] ?? 'i64.load', addressIn(found, address))))
    if (bytes < 8) {
      f.return(readDevice(imports, address, bytes))
      return
    }
    const low = f.let(readDevice(imports, address, 4))
    const high = readDevice(imports, op('i64.add', address, 4), 4)
    f.return(op('i64.or', op('i64.shl', high, 32), low))
  })
}

/** Writes to ROM are lost. */
function defineWrite(
  module: ModuleBuilder,
  imports: Imports,
  { frameOf, noteWrite }: Pick<PhysicalAccess, 'frameOf' | 'noteWrite'>,
  bytes: 1 | 4 | 8,
): FunctionReference {
  return module.function(`writePhysical${8 * bytes}`, ['i64', 'i64'], [], (f) => {
    const [address, value] = f.parameters as [Local, Local]
    const found = f.let(call(frameOf, address))
    f.if(canRead(found), () => {
      f.if(canWrite(found), () => {
        const at = f.let(addressIn(found, address))
        f.call(noteWrite, at, bytes)
        f.store(stores[bytes] ?? 'i64.store', at, value)
      })
      f.return()
    })
    const [low, high] = halves(value)
    f.call(imports.busWrite, ...halves(address), Math.min(bytes, 4), low)
    if (bytes === 8) f.call(imports.busWrite, ...halves(op('i64.add', address, 4)), 4, high)
  })
}
