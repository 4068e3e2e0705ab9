import type { FunctionReference } from '../wasm/expression.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { defineTranslateFetch } from './code-tlb.ts'
import { defineTranslate } from './data-tlb.ts'
import { defineFarPlaces, type FarPlaces } from './far-places.ts'
import { defineFrameOf } from './frames.ts'
import type { Imports } from './imports.ts'
import { definePermits } from './page-rights.ts'
import { definePageWalk } from './page-walk.ts'
import { definePhysicalAccess } from './physical-access.ts'
import { defineResolve } from './resolve.ts'
import { defineDisarmAll, defineSelectBank } from './tlb-banks.ts'
import { defineFlushTlb, defineInvalidatePage } from './tlb-invalidation.ts'

/** The memory side of the CPU. */
export interface MemoryFunctions extends FarPlaces {
  /** `(linear, bytes, access, slot) → address in this memory`, or one of `resolved`. */
  readonly resolve: FunctionReference
  /** `(linear) → physical page`, or -1: fills the instruction TLB. */
  readonly translateFetch: FunctionReference
  /** `(address, bytes)`: before a store to RAM that the write TLB did not vouch for; within one page. */
  readonly noteWrite: FunctionReference
  /** `(physical address) → address in this memory` of its page, see frames.ts. */
  readonly frameOf: FunctionReference
  /** `(physical address) → value`, aligned to 8 bytes. */
  readonly readPhysical64: FunctionReference
  /** `()`: brings `state.unarmed` and `state.bank` up to what CPL, flags and registers say. */
  readonly selectBank: FunctionReference
  /** `()`: nothing is at hand for fast handlers any more; translations stay. */
  readonly disarmAll: FunctionReference
  /** `(keepGlobal)` */
  readonly flushTlb: FunctionReference
  /** `(linear)` */
  readonly invalidatePage: FunctionReference
}

export function defineMemory(module: ModuleBuilder, imports: Imports): MemoryFunctions {
  const frameOf = defineFrameOf(module)
  const physical = definePhysicalAccess(module, imports, frameOf)
  const permits = definePermits(module)
  const walk = definePageWalk(module, physical, permits)
  const selectBank = defineSelectBank(module)
  const disarmAll = defineDisarmAll(module)
  const translate = defineTranslate(module, { walk, permits, frameOf, selectBank })
  return {
    resolve: defineResolve(module, translate, imports),
    translateFetch: defineTranslateFetch(module, walk),
    ...defineFarPlaces(module, imports, physical),
    noteWrite: physical.noteWrite,
    frameOf,
    readPhysical64: physical.read64,
    selectBank,
    disarmAll,
    flushTlb: defineFlushTlb(module, disarmAll),
    invalidatePage: defineInvalidatePage(module),
  }
}
