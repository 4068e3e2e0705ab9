import { accessBit } from '../access.ts'
import {
  addressMask,
  bank,
  dataTlb,
  dirtyPages,
  frame,
  granules,
  ramBase,
  state,
  tlbFlag,
  tlbSizeShift,
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
import { canRead, canWrite } from './frames.ts'

export interface TranslateParts {
  readonly walk: FunctionReference
  readonly permits: FunctionReference
  readonly frameOf: FunctionReference
  readonly selectBank: FunctionReference
}

/**
 * `(linear, access) → physical address, frame`, or -1 and no frame with the fault written down. Fills the
 * data TLB, and arms what fast handlers look at. What the TLB knows counts until it is invalidated or
 * refuses.
 */
export function defineTranslate(
  module: ModuleBuilder,
  { walk, permits, frameOf, selectBank }: TranslateParts,
): FunctionReference {
  return module.function('translate', ['i64', 'i32'], ['i64', 'i32'], (f) => {
    const [linear, access] = f.parameters as [Local, Local]
    const set = f.let(setOf(linear))
    const at = f.let(op('i32.mul', set, dataTlb.entryBytes))
    const page = f.let(op('i64.and', linear, ~0xfffn))
    const flags = f.let(load('i64.load', at, dataTlb.entries + 8))
    const isWrite = op('i32.and', access, accessBit.write)
    const isKnown = f.let(op('i64.eq', load('i64.load', at, dataTlb.entries), op('i64.or', page, tlbValid)))
    const isUsable = f.local('i32')
    f.set(isUsable, 0)
    f.if(isKnown, () => {
      // D has to be set in memory before the first write.
      const isClean = op('i64.eqz', op('i64.and', flags, tlbFlag.dirty))
      const refused = op('i32.or', call(permits, flags, access), op('i32.and', isWrite, isClean))
      f.set(isUsable, op('i32.eqz', refused))
    })
    f.if(op('i32.eqz', isUsable), () => {
      // A fault drops what the TLB knew about the page (SDM volume 3, 4.10.4.1).
      f.if(isKnown, () => dropEntry(f, at, set))
      f.set(flags, call(walk, linear, access))
      f.if(op('i64.eq', flags, -1), () => f.return(-1, frame.none))
      f.if(op('i32.eqz', isKnown), () => disarm(f, set))
      f.store('i64.store', at, op('i64.or', page, tlbValid), dataTlb.entries)
      f.store('i64.store', at, flags, dataTlb.entries + 8)
      noteLarge(f, flags)
    })
    const physical = f.let(op('i64.and', flags, addressMask))
    const found = f.let(call(frameOf, physical))
    f.call(selectBank)
    const isOwn = op('i32.or', op('i32.and', access, accessBit.system), load('i32.load', 0, state.unarmed))
    f.if(op('i32.and', canRead(found), op('i32.eqz', isOwn)), () => arm(f, set, page, found, isWrite))
    f.return(op('i64.or', physical, op('i64.and', linear, 0xfff)), found)
  })
}

function setOf(linear: Expression): Expression {
  return op('i32.and', op('i32.wrap_i64', op('i64.shr_u', linear, 12)), dataTlb.count - 1)
}

/** Entries that are parts of a large page make INVLPG look at all of them. */
export function noteLarge(f: FunctionBuilder, flags: Expression): void {
  const size = op('i32.wrap_i64', op('i64.shr_u', flags, tlbSizeShift))
  f.if(op('i32.gt_u', size, 12), () => f.store('i32.store', 0, 1, state.hasLargePages))
}

/** A tag that nothing in the set can match: addresses of its page belong to another set. */
const unmatched = (set: Expression) => op('i64.shl', op('i64.extend_i32_u', op('i32.eqz', set)), 12)

/** Takes a set away from everybody's fast handlers. */
function disarm(f: FunctionBuilder, set: Local): void {
  const fast = f.let(op('i32.mul', set, dataTlb.fastBytes))
  const none = f.let(unmatched(set))
  for (let number = 0; number < bank.never; number++) {
    const at = dataTlb.fast + number * dataTlb.bankBytes
    f.store('i64.store', fast, none, at + dataTlb.readTag)
    f.store('i64.store', fast, none, at + dataTlb.writeTag)
  }
}

export function dropEntry(f: FunctionBuilder, at: Local, set: Local): void {
  f.store('i64.store', at, 0, dataTlb.entries)
  disarm(f, set)
}

/**
 * Arms a page for whoever runs now, who just has been found to have the right. For writing once it is marked
 * dirty, and while no code was decoded from it.
 */
function arm(f: FunctionBuilder, set: Local, page: Local, found: Local, isWrite: Expression): void {
  const own = load('i32.load', 0, state.bank)
  const fast = f.let(op('i32.add', op('i32.mul', set, dataTlb.fastBytes), own))
  const host = f.let(op('i32.and', found, ~0xfff))
  f.store('i64.store', fast, page, dataTlb.fast + dataTlb.readTag)
  f.store('i32.store', fast, op('i32.sub', host, op('i32.wrap_i64', page)), dataTlb.fast + dataTlb.addend)
  f.if(op('i32.and', isWrite, canWrite(found)), () => {
    const number = f.let(op('i32.shr_u', op('i32.sub', host, ramBase), 12))
    f.store('i32.store8', number, 1, dirtyPages)
    const code = load('i64.load', op('i32.shl', number, 3), granules)
    const tag = select(op('i64.eqz', code), page, unmatched(set))
    f.store('i64.store', fast, tag, dataTlb.fast + dataTlb.writeTag)
  })
  markArmed(f)
}

/** Banks that `disarmAll` has to empty. */
function markArmed(f: FunctionBuilder): void {
  const number = op('i32.div_u', load('i32.load', 0, state.bank), dataTlb.bankBytes)
  const armed = op('i32.or', load('i32.load', 0, state.armedBanks), op('i32.shl', constant('i32', 1), number))
  f.store('i32.store', 0, armed, state.armedBanks)
}
