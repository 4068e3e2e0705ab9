import {
  bank,
  codeTlb,
  dataTlb,
  dirtyPages,
  granules,
  place,
  ramBase,
  state,
  tlbFlag,
  tlbValid,
} from '../state-layout.ts'
import {
  call,
  constant,
  type Expression,
  type FunctionReference,
  load,
  op,
  select,
} from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import type { Imports } from './imports.ts'
import { definePageWalk, walkFor } from './page-walk.ts'
import { interruption } from './status.ts'
import { defineDisarmAll, defineSelectBank } from './tlb-banks.ts'

/** Bits of the `access` of `resolve`. `system`: the CPU's own access, with supervisor rights at any CPL. */
export const accessBit = { write: 1, stack: 2, system: 4 } as const

/** Answers of `resolve` that are no address: nothing, or a place to look up in the state. */
export const resolved = { fault: -1, far: -2 } as const

const generalProtection = 13
const stackFault = 12

export interface MemoryFunctions {
  /** `(linear, bytes, access, slot) → address in this memory`, or one of `resolved`. */
  readonly resolve: FunctionReference
  /** `(linear) → physical page | flags`, or -1: fills the instruction TLB. */
  readonly translateFetch: FunctionReference
  /** `(slot, bytes) → value` of a place that crosses pages or is no RAM. */
  readonly readFar: FunctionReference
  /** `(slot, bytes, value)` */
  readonly writeFar: FunctionReference
  /** `(address, bytes)`: before a store to RAM that the write TLB did not vouch for. */
  readonly noteWrite: FunctionReference
  /** `(physical address) → 8 bytes`: of RAM; all ones elsewhere. */
  readonly readPhysical: FunctionReference
  /** `() `: brings `state.unarmed` and `state.bank` up to what CPL, flags and registers say. */
  readonly selectBank: FunctionReference
  /** `()`: nothing is at hand for fast handlers any more; translations stay. */
  readonly disarmAll: FunctionReference
}

export function defineMemory(module: ModuleBuilder, imports: Imports): MemoryFunctions {
  const noteWrite = defineNoteWrite(module, imports)
  const readPhysical = module.function('readPhysical64', ['i64'], ['i64'], (f) => {
    const [address] = f.parameters as [Local]
    f.if(isRam(address, 8), () => f.return(load('i64.load', hostOf(address), 0)))
    f.return(-1)
  })
  const writePhysical = module.function('writePhysical64', ['i64', 'i64'], [], (f) => {
    const [address, value] = f.parameters as [Local, Local]
    f.if(isRam(address, 8), () => {
      const host = f.let(hostOf(address))
      f.call(noteWrite, host, 8)
      f.store('i64.store', host, value)
    })
  })
  const walk = definePageWalk(module, readPhysical, writePhysical)
  const selectBank = defineSelectBank(module)
  const translate = defineTranslate(module, walk, selectBank)
  const translateFetch = defineTranslateFetch(module, walk)
  const resolve = defineResolve(module, translate)
  const readByte = definePhysicalByteRead(module, imports)
  const writeByte = definePhysicalByteWrite(module, imports, noteWrite)
  return {
    resolve,
    translateFetch,
    noteWrite,
    readPhysical,
    selectBank,
    disarmAll: defineDisarmAll(module),
    readFar: defineReadFar(module, readByte, imports),
    writeFar: defineWriteFar(module, writeByte, imports),
  }
}

function isRam(address: Expression, bytes: number): Expression {
  return op('i64.le_u', op('i64.add', address, bytes), load('i64.load', 0, state.ramBytes))
}

const hostOf = (address: Expression) => op('i32.add', op('i32.wrap_i64', address), ramBase)

function defineNoteWrite(module: ModuleBuilder, imports: Imports): FunctionReference {
  return module.function('noteWrite', ['i32', 'i32'], [], (f) => {
    const [host, bytes] = f.parameters as [Local, Local]
    const first = f.let(op('i32.sub', host, ramBase))
    const page = f.let(op('i32.shr_u', first, 12))
    f.store('i32.store8', page, 1, dirtyPages)
    const used = f.let(load('i64.load', op('i32.shl', page, 3), granules))
    const bit = (offset: Expression) =>
      op('i64.shr_u', used, op('i64.extend_i32_u', op('i32.and', op('i32.shr_u', offset, 6), 63)))
    const hit = op('i64.or', bit(first), bit(op('i32.add', first, op('i32.sub', bytes, 1))))
    f.if(op('i32.wrap_i64', op('i64.and', hit, 1)), () => {
      f.store('i32.store', 0, interruption.codeChanged, state.interruption)
      f.call(imports.codeWritten, page)
    })
  })
}

/** `(linear, purpose) → physical address`, or -1. Fills the data TLB, and arms what fast handlers look at. */
function defineTranslate(
  module: ModuleBuilder,
  walk: FunctionReference,
  selectBank: FunctionReference,
): FunctionReference {
  return module.function('translate', ['i64', 'i32'], ['i64'], (f) => {
    const [linear, isWrite] = f.parameters as [Local, Local]
    const set = f.let(op('i32.and', op('i32.wrap_i64', op('i64.shr_u', linear, 12)), dataTlb.count - 1))
    const at = f.let(op('i32.mul', set, dataTlb.entryBytes))
    const page = f.let(op('i64.and', linear, ~0xfffn))
    const flags = f.let(load('i64.load', at, dataTlb.entries + 8))
    const isUser = op('i32.eq', load('i32.load', 0, state.cpl), 3)
    const wanted = op(
      'i32.or',
      op('i32.mul', isUser, tlbFlag.user),
      op('i32.mul', isWrite, tlbFlag.writable | tlbFlag.dirty),
    )
    const lacks = op('i32.and', op('i32.xor', op('i32.wrap_i64', flags), -1), wanted)
    const misses = op('i64.ne', load('i64.load', at, dataTlb.entries), op('i64.or', page, tlbValid))
    f.if(op('i32.or', misses, lacks), () => {
      // A fault drops what the TLB knew about the page (SDM volume 3, 4.10.4.1).
      f.store('i64.store', at, 0, dataTlb.entries)
      f.set(flags, call(walk, linear, isWrite))
      disarm(f, set)
      f.if(op('i64.eq', flags, -1), () => f.return(-1))
      f.store('i64.store', at, op('i64.or', page, tlbValid), dataTlb.entries)
      f.store('i64.store', at, flags, dataTlb.entries + 8)
    })
    const frame = f.let(op('i64.and', flags, ~0xfffn))
    f.if(isRam(frame, 4096), () => {
      f.call(selectBank)
      f.if(op('i32.eqz', load('i32.load', 0, state.unarmed)), () => arm(f, set, page, frame, isWrite))
    })
    f.return(op('i64.or', frame, op('i64.and', linear, 0xfff)))
  })
}

/** A tag that nothing in the set can match: addresses of its page belong to another set. */
const unmatched = (set: Expression) => op('i64.shl', op('i64.extend_i32_u', op('i32.eqz', set)), 12)

function disarm(f: FunctionBuilder, set: Local): void {
  const fast = f.let(op('i32.mul', set, dataTlb.fastBytes))
  for (let number = 0; number < bank.never; number++) {
    const at = dataTlb.fast + number * dataTlb.bankBytes
    f.store('i64.store', fast, unmatched(set), at + dataTlb.readTag)
    f.store('i64.store', fast, unmatched(set), at + dataTlb.writeTag)
  }
}

/**
 * Arms a page for whoever runs now, who just has been found to have the right. For writing once it is marked
 * dirty, and while no code was decoded from it.
 */
function arm(f: FunctionBuilder, set: Local, page: Local, frame: Local, isWrite: Local): void {
  const fast = f.let(op('i32.add', op('i32.mul', set, dataTlb.fastBytes), load('i32.load', 0, state.bank)))
  f.store('i64.store', fast, page, dataTlb.fast + dataTlb.readTag)
  const addend = op('i32.sub', hostOf(frame), op('i32.wrap_i64', page))
  f.store('i32.store', fast, addend, dataTlb.fast + dataTlb.addend)
  f.if(isWrite, () => {
    const number = f.let(op('i32.wrap_i64', op('i64.shr_u', frame, 12)))
    f.store('i32.store8', number, 1, dirtyPages)
    const code = load('i64.load', op('i32.shl', number, 3), granules)
    const tag = select(op('i64.eqz', code), page, unmatched(set))
    f.store('i64.store', fast, tag, dataTlb.fast + dataTlb.writeTag)
  })
}

function defineTranslateFetch(module: ModuleBuilder, walk: FunctionReference): FunctionReference {
  return module.function('translateFetch', ['i64'], ['i64'], (f) => {
    const [linear] = f.parameters as [Local]
    const at = f.let(codeEntry(linear))
    const tag = f.let(codeTag(linear))
    f.if(op('i64.eq', load('i64.load', at, codeTlb.entries), tag), () => {
      f.return(load('i64.load', at, codeTlb.entries + 8))
    })
    const flags = f.let(call(walk, linear, walkFor.fetch))
    f.if(op('i64.eq', flags, -1), () => f.return(-1))
    f.store('i64.store', at, tag, codeTlb.entries)
    f.store('i64.store', at, flags, codeTlb.entries + 8)
    f.store('i32.store', at, -1, codeTlb.entries + codeTlb.context)
    f.return(flags)
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

function defineResolve(module: ModuleBuilder, translate: FunctionReference): FunctionReference {
  return module.function('resolve', ['i64', 'i32', 'i32', 'i32'], ['i32'], (f) => {
    const [linear, bytes, access, slot] = f.parameters as [Local, Local, Local, Local]
    const last = f.let(op('i64.add', linear, op('i64.extend_i32_u', op('i32.sub', bytes, 1))))
    f.if(load('i32.load', 0, state.long), () => {
      const odd = op('i32.or', isNotCanonical(linear), isNotCanonical(last))
      f.if(odd, () => {
        const isStack = op('i32.and', access, accessBit.stack)
        const [ss, gp] = [constant('i32', stackFault), constant('i32', generalProtection)]
        f.store('i32.store', 0, select(isStack, ss, gp), state.faultVector)
        f.store('i32.store', 0, 0, state.faultCode)
        f.return(resolved.fault)
      })
    })
    const isWrite = f.let(op('i32.and', access, accessBit.write))
    const at = f.let(op('i32.mul', slot, place.bytes))
    const first = f.let(call(translate, linear, isWrite))
    f.if(op('i64.eq', first, -1), () => f.return(resolved.fault))
    f.store('i64.store', at, first, state.places + place.first)
    const left = f.let(op('i32.sub', 4096, op('i32.and', op('i32.wrap_i64', linear), 0xfff)))
    f.store('i32.store', at, left, state.places + place.split)
    f.if(op('i32.ge_u', left, bytes), () => {
      f.if(isRam(op('i64.and', first, ~0xfffn), 4096), () => f.return(hostOf(first)))
      f.return(resolved.far)
    })
    const wrapped = select(load('i32.load', 0, state.long), last, op('i64.and', last, 0xffff_ffffn))
    const second = f.let(call(translate, op('i64.and', wrapped, ~0xfffn), isWrite))
    f.if(op('i64.eq', second, -1), () => f.return(resolved.fault))
    f.store('i64.store', at, second, state.places + place.second)
    f.return(resolved.far)
  })
}

function isNotCanonical(linear: Expression): Expression {
  return op('i64.ne', op('i64.shr_s', op('i64.shl', linear, 16), 16), linear)
}

const halves = (address: Expression) =>
  [op('i32.wrap_i64', address), op('i32.wrap_i64', op('i64.shr_u', address, 32))] as const

function definePhysicalByteRead(module: ModuleBuilder, imports: Imports): FunctionReference {
  return module.function('readPhysical8', ['i64'], ['i64'], (f) => {
    const [address] = f.parameters as [Local]
    f.if(isRam(address, 1), () => f.return(load('i64.load8_u', hostOf(address))))
    f.return(op('i64.extend_i32_u', call(imports.busRead, ...halves(address), 1)))
  })
}

function definePhysicalByteWrite(
  module: ModuleBuilder,
  imports: Imports,
  noteWrite: FunctionReference,
): FunctionReference {
  return module.function('writePhysical8', ['i64', 'i64'], [], (f) => {
    const [address, value] = f.parameters as [Local, Local]
    f.if(
      isRam(address, 1),
      () => {
        f.call(noteWrite, hostOf(address), 1)
        f.store('i64.store8', hostOf(address), value)
      },
      () => void f.call(imports.busWrite, ...halves(address), 1, op('i32.wrap_i64', value)),
    )
  })
}

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

function defineReadFar(
  module: ModuleBuilder,
  readByte: FunctionReference,
  imports: Imports,
): FunctionReference {
  return module.function('readFar', ['i32', 'i32'], ['i64'], (f) => {
    const [slot, bytes] = f.parameters as [Local, Local]
    const at = f.let(op('i32.mul', slot, place.bytes))
    const first = f.let(load('i64.load', at, state.places + place.first))
    f.if(isOneDeviceAccess(at, first, bytes), () => {
      f.return(op('i64.extend_i32_u', call(imports.busRead, ...halves(first), bytes)))
    })
    const value = f.local('i64')
    f.set(value, 0)
    f.loop((again) => {
      f.set(bytes, op('i32.sub', bytes, 1))
      f.set(value, op('i64.or', op('i64.shl', value, 8), call(readByte, byteAddress(at, bytes))))
      f.br(again, bytes)
    })
    f.return(value)
  })
}

function isOneDeviceAccess(at: Local, first: Local, bytes: Local): Expression {
  const inPage = op('i32.ge_u', load('i32.load', at, state.places + place.split), bytes)
  return op('i32.and', op('i32.and', inPage, op('i32.le_u', bytes, 4)), op('i32.eqz', isRam(first, 1)))
}

function defineWriteFar(
  module: ModuleBuilder,
  writeByte: FunctionReference,
  imports: Imports,
): FunctionReference {
  return module.function('writeFar', ['i32', 'i32', 'i64'], [], (f) => {
    const [slot, bytes, value] = f.parameters as [Local, Local, Local]
    const at = f.let(op('i32.mul', slot, place.bytes))
    const first = f.let(load('i64.load', at, state.places + place.first))
    f.if(isOneDeviceAccess(at, first, bytes), () => {
      f.call(imports.busWrite, ...halves(first), bytes, op('i32.wrap_i64', value))
      f.return()
    })
    const index = f.local('i32')
    f.set(index, 0)
    f.loop((again) => {
      f.call(writeByte, byteAddress(at, index), value)
      f.set(value, op('i64.shr_u', value, 8))
      f.set(index, op('i32.add', index, 1))
      f.br(again, op('i32.lt_u', index, bytes))
    })
  })
}
