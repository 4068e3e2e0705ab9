import { accessBit, resolved } from '../access.ts'
import { eferBit } from '../register-bits.ts'
import { place, state, unarmed } from '../state-layout.ts'
import { vector } from '../vector.ts'
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
import { addressIn, canRead, canWrite } from './frames.ts'
import type { Imports } from './imports.ts'
import { nonCanonicalTest } from './non-canonical-test.ts'
import { halves } from './physical-access.ts'

type FourParameters = [Local, Local, Local, Local]

/**
 * `(linear, bytes, access, slot) → address in this memory`, or one of `resolved`: everything that is checked
 * about a linear access, in order. Aligned, where the row wants it (#GP); canonical (#GP, #SS); aligned where
 * CR0.AM wants it (#AC comes before #PF, as on hardware); every page of it allowed, before anything is read
 * or written; then data breakpoints hear of it. What is no plain bytes of RAM or ROM is described in `slot`.
 */
export function defineResolve(
  module: ModuleBuilder,
  translate: FunctionReference,
  imports: Imports,
): FunctionReference {
  const findPlace = defineFindPlace(module, translate)
  return module.function('resolve', ['i64', 'i32', 'i32', 'i32'], ['i32'], (f) => {
    const [linear, bytes, access, slot] = f.parameters as FourParameters
    f.if(op('i32.and', access, accessBit.aligned), () => {
      const over = op('i32.and', op('i32.wrap_i64', linear), op('i32.sub', bytes, 1))
      f.if(over, () => raise(f, constant('i32', vector.generalProtection)))
    })
    f.if(
      isWide(access),
      () => refuseNonCanonical(f, linear, bytes, access),
      () => f.set(linear, op('i64.and', linear, 0xffff_ffffn)),
    )
    const reasons = f.let(load('i32.load', 0, state.unarmed))
    f.if(op('i32.eqz', reasons), () => f.return(call(findPlace, linear, bytes, access, slot)))
    const isFree = op('i32.and', access, accessBit.system | accessBit.anywhere)
    f.if(op('i32.and', op('i32.eqz', isFree), op('i32.and', reasons, unarmed.alignment)), () => {
      const over = op('i32.and', op('i32.wrap_i64', linear), op('i32.sub', alignmentOf(bytes), 1))
      f.if(over, () => raise(f, constant('i32', vector.alignment)))
    })
    const found = f.let(call(findPlace, linear, bytes, access, slot))
    const watched = op('i32.and', reasons, unarmed.breakpoints)
    f.if(op('i32.and', op('i32.ne', found, resolved.fault), op('i32.ne', watched, 0)), () => {
      f.call(imports.breakpoint, ...halves(linear), bytes, op('i32.and', access, accessBit.write))
    })
    f.return(found)
  })
}

/** 64-bit addresses: those of 64-bit code, and the CPU's own in IA-32e mode. */
function isWide(access: Local): Expression {
  const isLongMode = op('i32.and', load('i32.load', 0, state.efer), eferBit.lma)
  const isSystem = op('i32.and', access, accessBit.system)
  const isOwn = op('i32.and', op('i32.ne', isLongMode, 0), op('i32.ne', isSystem, 0))
  return op('i32.or', load('i32.load', 0, state.long), isOwn)
}

function refuseNonCanonical(f: FunctionBuilder, linear: Local, bytes: Local, access: Local): void {
  const isOdd = nonCanonicalTest(f)
  const last = f.let(lastByte(linear, bytes))
  f.if(op('i32.or', isOdd(linear), isOdd(last)), () => {
    const isStack = op('i32.and', access, accessBit.stack)
    raise(f, select(isStack, constant('i32', vector.stack), constant('i32', vector.generalProtection)))
  })
}

const lastByte = (linear: Expression, bytes: Expression) =>
  op('i64.add', linear, op('i64.extend_i32_u', op('i32.sub', bytes, 1)))

function raise(f: FunctionBuilder, number: Expression): void {
  f.store('i32.store', 0, number, state.faultVector)
  f.store('i32.store', 0, 0, state.faultCode)
  f.return(resolved.fault)
}

/** The greatest power of two in a size: far pointers of 6 bytes want 4, of 10 bytes 8. */
function alignmentOf(bytes: Local): Expression {
  return op('i32.shl', constant('i32', 1), op('i32.sub', 31, op('i32.clz', bytes)))
}

/** `(linear, bytes, access, slot) → address`, or one of `resolved`, once the address itself is in order. */
function defineFindPlace(module: ModuleBuilder, translate: FunctionReference): FunctionReference {
  return module.function('findPlace', ['i64', 'i32', 'i32', 'i32'], ['i32'], (f) => {
    const [linear, bytes, access, slot] = f.parameters as FourParameters
    const [first, found] = f.call(translate, linear, access) as [Local, Local]
    f.if(op('i64.eq', first, -1), () => f.return(resolved.fault))
    const left = f.let(op('i32.sub', 4096, op('i32.and', op('i32.wrap_i64', linear), 0xfff)))
    const isInPage = f.let(op('i32.ge_u', left, bytes))
    const isWrite = op('i32.and', access, accessBit.write)
    const isPlain = select(isWrite, canWrite(found), canRead(found))
    f.if(op('i32.and', isInPage, isPlain), () => f.return(addressIn(found, first)))
    const at = f.let(op('i32.mul', slot, place.bytes))
    f.store('i64.store', at, first, state.places + place.first)
    f.store('i32.store', at, left, state.places + place.split)
    f.if(isInPage, () => f.return(resolved.far))
    const next = f.let(op('i64.and', lastByte(linear, bytes), ~0xfffn))
    f.if(op('i32.eqz', isWide(access)), () => f.set(next, op('i64.and', next, 0xffff_ffffn)))
    const [second] = f.call(translate, next, access) as [Local]
    f.if(op('i64.eq', second, -1), () => f.return(resolved.fault))
    f.store('i64.store', at, second, state.places + place.second)
    f.return(resolved.far)
  })
}
