import { cr0Bit, eferBit, flagBit } from '../register-bits.ts'
import { codeContexts, codeMode, rights, segment, state } from '../state-layout.ts'
import { derived } from '../status.ts'
import { call, constant, type Expression, type FunctionReference, load, op } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import type { Imports } from './imports.ts'

const wholeSpace = -1
/** Odd, and 2 ** 32 over the golden ratio: spreads bases that differ in few bits. */
const scatter = 0x9e37_79b1
const allOffsets = 0xffff_ffffn

const flatData = rights.code | rights.writable | rights.expandDown
const flatCode = rights.code | rights.readable | rights.big

/** What flat segments look like: bits that matter, and their values. */
const flatRights = [
  [segment.cs, flatCode, flatCode],
  [segment.ss, flatData | rights.big, rights.writable | rights.big],
  [segment.ds, flatData, rights.writable],
  [segment.es, flatData, rights.writable],
] as const

const rightsOf = (number: number) => load('i32.load', 0, state.segmentRights + 4 * number)
const limitOf = (number: number) => load('i32.load', 0, state.segmentLimits + 4 * number)
const baseOf = (number: number) => load('i64.load', 0, state.segmentBases + 8 * number)

const has = (at: number, bit: number) => op('i32.ne', op('i32.and', load('i32.load', 0, at), bit), 0)
const both = (a: Expression, b: Expression) => op('i32.and', a, b)

export interface DerivedFunctions {
  /** `() → derived` */
  readonly refresh: FunctionReference
  /** `()`: enough where only a paragraph has been loaded into CS, and flags have changed. */
  readonly refreshParagraph: FunctionReference
}

/**
 * `refresh` works out what the core looks at instead of mode bits and segment registers: how offsets
 * become addresses, who may use what is armed, and which interpreter runs. To be called after everything that
 * can change it.
 */
export function defineDerivedState(
  module: ModuleBuilder,
  selectBank: FunctionReference,
  imports: Imports,
): DerivedFunctions {
  const modeNow = defineModeNow(module)
  const contextOf = defineContextOf(module, imports)
  const setLimits = defineSetLimits(module)
  const refresh = module.function('refresh', [], ['i32'], (f) => {
    f.call(selectBank)
    const mode = f.let(call(modeNow))
    const isLong = op('i32.eq', mode, codeMode.long64)
    const base = f.local('i64')
    f.set(base, 0)
    f.if(op('i32.eqz', isLong), () => f.set(base, baseOf(segment.cs)))
    const context = f.let(call(contextOf, mode, op('i32.wrap_i64', base), limitOf(segment.cs)))
    const before = f.let(load('i32.load', 0, state.codeMode))
    const isOther = f.let(op('i32.ne', context, load('i32.load', 0, state.codeContext)))
    const isUser = op('i32.eq', load('i32.load', 0, state.cpl), 3)
    f.store('i32.store', 0, mode, state.codeMode)
    f.store('i32.store', 0, isLong, state.long)
    f.store('i64.store', 0, base, state.codeBase)
    f.store('i32.store', 0, context, state.codeContext)
    f.store('i64.store', 0, op('i64.extend_i32_u', isUser), state.fetchesAsUser)
    const isSegmented = f.let(op('i32.ge_u', mode, codeMode.seg16))
    f.if(isSegmented, () => f.call(setLimits))
    f.if(op('i32.eq', mode, before), () => f.return(isOther))
    f.if(both(isSegmented, op('i32.ge_u', before, codeMode.seg16)), () => f.return(derived.otherCode))
    f.return(derived.otherInterpreter)
  })
  const refreshParagraph = module.function('refreshParagraph', [], [], (f) => {
    f.call(selectBank)
    const base = f.let(baseOf(segment.cs))
    const mode = load('i32.load', 0, state.codeMode)
    const context = call(contextOf, mode, op('i32.wrap_i64', base), limitOf(segment.cs))
    f.store('i64.store', 0, base, state.codeBase)
    f.store('i32.store', 0, context, state.codeContext)
    setLimitsOf(f, segment.cs)
  })
  return { refresh, refreshParagraph }
}

/** `() → codeMode` */
function defineModeNow(module: ModuleBuilder): FunctionReference {
  return module.function('modeNow', [], ['i32'], (f) => {
    const code = f.let(rightsOf(segment.cs))
    const is64 = op('i32.ne', op('i32.and', code, rights.long), 0)
    f.if(both(has(state.efer, eferBit.lma), is64), () => f.return(codeMode.long64))
    const isProtected = both(
      has(state.cr0, cr0Bit.pe),
      op('i32.eqz', has(state.systemFlags, flagBit.virtual8086)),
    )
    f.if(both(isProtected, isFlat()), () => f.return(codeMode.flat32))
    const isBig = op('i32.ne', op('i32.and', code, rights.big), 0)
    f.return(op('i32.add', isBig, codeMode.seg16))
  })
}

function isFlat(): Expression {
  return flatRights
    .map(([number, mask, value]) => {
      const allowed = op('i32.and', rightsOf(number), mask | rights.unusable)
      const isWhole = op('i32.eq', limitOf(number), wholeSpace)
      return both(both(op('i32.eq', allowed, value), isWhole), op('i64.eqz', baseOf(number)))
    })
    .reduce(both)
}

/**
 * `(mode, base, limit of CS) → context` of decoded code. TypeScript numbers them; the last ones are at hand
 * in a table here.
 */
function defineContextOf(module: ModuleBuilder, imports: Imports): FunctionReference {
  return module.function('contextOf', ['i32', 'i32', 'i32'], ['i32'], (f) => {
    const [mode, base, limit] = f.parameters as [Local, Local, Local]
    f.if(op('i32.lt_u', mode, codeMode.seg16), () => f.return(mode))
    const mixed = op('i32.mul', op('i32.add', base, mode), scatter)
    const index = op('i32.shr_u', mixed, 32 - Math.log2(codeContexts.count))
    const at = f.let(op('i32.mul', index, codeContexts.entryBytes))
    const high = op('i64.shl', op('i64.extend_i32_u', mode), 32)
    const key = f.let(op('i64.or', high, op('i64.extend_i32_u', base)))
    const isKnown = both(
      op('i64.eq', load('i64.load', at, codeContexts.at + codeContexts.key), key),
      op('i32.eq', load('i32.load', at, codeContexts.at + codeContexts.limit), limit),
    )
    f.if(isKnown, () => f.return(load('i32.load', at, codeContexts.at + codeContexts.context)))
    const context = f.let(call(imports.codeContext, mode, base, limit))
    f.store('i64.store', at, key, codeContexts.at + codeContexts.key)
    f.store('i32.store', at, limit, codeContexts.at + codeContexts.limit)
    f.store('i32.store', at, context, codeContexts.at + codeContexts.context)
    f.return(context)
  })
}

/** `()`: what one comparison with an offset can allow, for each segment; how wide the stack pointer is. */
function defineSetLimits(module: ModuleBuilder): FunctionReference {
  return module.function('setLimits', [], [], (f) => {
    for (let number = segment.es; number <= segment.gs; number++) setLimitsOf(f, number)
    const isBig = op('i32.and', rightsOf(segment.ss), rights.big)
    f.store('i64.store', 0, 0xffff, state.stackMask)
    f.if(isBig, () => f.store('i64.store', 0, constant('i64', allOffsets), state.stackMask))
  })
}

function setLimitsOf(f: FunctionBuilder, number: number): void {
  const allowed = f.let(rightsOf(number))
  const limit = f.let(load('i64.load32_u', 0, state.segmentLimits + 4 * number))
  const expandsDown = is(allowed, rights.code | rights.expandDown, rights.expandDown)
  const isReadable = op('i32.eqz', is(allowed, rights.code | rights.readable, rights.code))
  const isWritable = is(allowed, rights.code | rights.writable, rights.writable)
  const isUsable = op('i32.eqz', op('i32.and', allowed, rights.unusable))
  const simple = f.let(both(isUsable, op('i32.eqz', expandsDown)))
  setLimit(f, state.readLimits + 8 * number, limit, both(simple, isReadable))
  setLimit(f, state.writeLimits + 8 * number, limit, both(simple, isWritable))
}

const is = (allowed: Local, mask: number, value: number) => op('i32.eq', op('i32.and', allowed, mask), value)

/** -1 where one comparison does not say it all. */
function setLimit(f: FunctionBuilder, at: number, limit: Local, isSimple: Expression): void {
  const refused = op('i64.extend_i32_s', op('i32.sub', isSimple, 1))
  f.store('i64.store', 0, op('i64.or', limit, refused), at)
}
