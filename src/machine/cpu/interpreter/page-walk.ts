import { accessBit } from '../access.ts'
import { cr4Bit, eferBit } from '../register-bits.ts'
import { addressMask, state, tlbFlag, tlbKeyShift, tlbSizeShift } from '../state-layout.ts'
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
import { throughA20 } from './frames.ts'
import { defineRaisePageFault, errorCode } from './page-rights.ts'
import type { PhysicalAccess } from './physical-access.ts'

/** Bits of page table entries (SDM volume 3, 4.5). */
const entryBit = { present: 1, writable: 2, user: 4, accessed: 0x20, dirty: 0x40, large: 0x80 } as const
const noExecute = 1n << 63n
/** MAXPHYADDR is 40: address bits above it are reserved. */
const reservedAddress = 0x000f_ff00_0000_0000n
const fourMiB = 22

/** One way in which tables hang together (SDM volume 3, 4.3 to 4.5). */
interface Paging {
  readonly name: string
  /** Position of each level's index in a linear address. */
  readonly shifts: readonly number[]
  /** Levels at which an entry may map a large page. */
  readonly large: readonly number[]
  readonly entryBytes: 4 | 8
  /** The first table; may refuse. */
  readonly root: (f: FunctionBuilder, linear: Local, refuse: (bits: number) => void) => Expression
  /** Bits that are reserved in every entry, besides NX where EFER.NXE is off. */
  readonly reserved: bigint
  readonly hasKeys: boolean
}

const rootInCr3 = () => op('i64.and', load('i64.load', 0, state.cr3), addressMask)

const fourLevels: Paging = {
  name: 'walkFourLevels',
  shifts: [39, 30, 21, 12],
  large: [30, 21],
  entryBytes: 8,
  root: rootInCr3,
  reserved: reservedAddress,
  hasKeys: true,
}

const fiveLevels: Paging = { ...fourLevels, name: 'walkFiveLevels', shifts: [48, 39, 30, 21, 12] }

/** The four entries of the first level were loaded with CR3; only P is left to look at. */
const pae: Paging = {
  name: 'walkPae',
  shifts: [21, 12],
  large: [21],
  entryBytes: 8,
  root: (f, linear, refuse) => {
    const index = op('i32.and', op('i32.wrap_i64', op('i64.shr_u', linear, 27)), 0x18)
    const entry = f.let(load('i64.load', index, state.pdptes))
    f.if(op('i64.eqz', op('i64.and', entry, entryBit.present)), () => refuse(0))
    return op('i64.and', entry, addressMask)
  },
  reserved: 0x7fff_ff00_0000_0000n,
  hasKeys: false,
}

const twoLevels: Paging = {
  name: 'walkTwoLevels',
  shifts: [fourMiB, 12],
  large: [fourMiB],
  entryBytes: 4,
  root: () => op('i64.and', load('i64.load', 0, state.cr3), 0xffff_f000n),
  reserved: 0n,
  hasKeys: false,
}

/**
 * `walk(linear, access) → page and flags`, as the TLB keeps them, or -1 with the fault written down. A is set
 * on the way and D in the last entry after every check has passed: a fault sets neither.
 */
export function definePageWalk(
  module: ModuleBuilder,
  physical: PhysicalAccess,
  permits: FunctionReference,
): FunctionReference {
  const raise = defineRaisePageFault(module)
  const define = (paging: Paging) =>
    module.function(paging.name, ['i64', 'i32'], ['i64'], (f) =>
      new Walker(f, paging, { physical, permits, raise }).write(),
    )
  const [four, five, legacy, two] = [fourLevels, fiveLevels, pae, twoLevels].map(define) as [
    FunctionReference,
    FunctionReference,
    FunctionReference,
    FunctionReference,
  ]
  return module.function('walk', ['i64', 'i32'], ['i64'], (f) => {
    const [linear, access] = f.parameters as [Local, Local]
    const lacks = (address: number, bit: number) =>
      op('i32.eqz', op('i32.and', load('i32.load', 0, address), bit))
    f.if(op('i32.ge_s', load('i32.load', 0, state.cr0), 0), () => f.return(unpaged(linear)))
    f.if(lacks(state.cr4, cr4Bit.pae), () => f.return(call(two, linear, access)))
    f.if(lacks(state.efer, eferBit.lma), () => f.return(call(legacy, linear, access)))
    f.if(lacks(state.cr4, cr4Bit.la57), () => f.return(call(four, linear, access)))
    f.return(call(five, linear, access))
  })
}

function unpaged(linear: Local): Expression {
  const flags = tlbFlag.writable | tlbFlag.user | tlbFlag.dirty
  return op('i64.or', throughA20(op('i64.and', linear, 0xffff_f000n)), sized(flags, 12))
}

const sized = (flags: number, shift: number) => BigInt(flags) | (BigInt(shift) << BigInt(tlbSizeShift))

interface Helpers {
  readonly physical: PhysicalAccess
  readonly permits: FunctionReference
  readonly raise: FunctionReference
}

interface Level {
  readonly shift: number
  readonly address: Local
  readonly value: Local
}

/** Writes the walk of one paging mode. */
class Walker {
  readonly #f: FunctionBuilder
  readonly #paging: Paging
  readonly #helpers: Helpers
  readonly #linear: Local
  readonly #access: Local
  /** Bits that are set in every entry on the way; NX counts where it is clear. */
  readonly #common: Local
  readonly #leaf: Local
  /** Position of the lowest index used: the page has so many bits. */
  readonly #shift: Local
  readonly #levels: readonly Level[]

  constructor(f: FunctionBuilder, paging: Paging, helpers: Helpers) {
    this.#f = f
    this.#paging = paging
    this.#helpers = helpers
    const [linear, access] = f.parameters as [Local, Local]
    this.#linear = linear
    this.#access = access
    this.#common = f.local('i64')
    this.#leaf = f.local('i64')
    this.#shift = f.local('i32')
    this.#levels = paging.shifts.map((shift) => ({
      shift,
      address: f.local('i64'),
      value: f.local('i64'),
    }))
  }

  write(): void {
    const f = this.#f
    const { permits } = this.#helpers
    const table = f.let(this.#paging.root(f, this.#linear, (bits) => this.#refuse(bits)))
    const reserved = f.let(this.#reservedEverywhere())
    f.set(this.#common, -1)
    f.block((found) => {
      for (const level of this.#levels) {
        const isLarge = this.#readLevel(level, table, reserved)
        if (isLarge) f.br(found, isLarge)
        f.set(table, op('i64.and', level.value, addressMask))
      }
    })
    const result = f.let(this.#translation())
    const refused = f.let(call(permits, result, this.#access))
    f.if(refused, () => f.return(call(this.#helpers.raise, this.#linear, this.#access, refused)))
    this.#setAccessed()
    f.return(result)
  }

  #refuse(bits: number): void {
    this.#f.return(call(this.#helpers.raise, this.#linear, this.#access, bits))
  }

  #reservedEverywhere(): Expression {
    const { reserved, entryBytes } = this.#paging
    if (entryBytes === 4) return constant('i64', reserved)
    const nx = op('i32.and', load('i32.load', 0, state.efer), eferBit.nxe)
    return select(nx, constant('i64', reserved), constant('i64', reserved | noExecute))
  }

  /** Reads and checks one entry. Answers whether it maps a page, or null where the level says so. */
  #readLevel({ shift, address, value }: Level, table: Local, reserved: Local): Expression | null {
    const f = this.#f
    const { entryBytes, large } = this.#paging
    const { read32, read64 } = this.#helpers.physical
    const [indexShift, mask] = entryBytes === 8 ? [shift - 3, 0xff8] : [shift - 2, 0xffc]
    const index = op('i64.and', op('i64.shr_u', this.#linear, indexShift), mask)
    f.set(address, throughA20(op('i64.or', table, index)))
    f.set(value, call(entryBytes === 8 ? read64 : read32, address))
    f.if(op('i64.eqz', op('i64.and', value, entryBit.present)), () => this.#refuse(0))
    const isLarge = large.includes(shift) ? f.let(this.#isLarge(value)) : null
    const forbidden = op('i64.or', reserved, this.#reservedHere(shift, isLarge))
    f.if(op('i64.ne', op('i64.and', value, forbidden), 0), () => {
      this.#refuse(errorCode.protection | errorCode.reserved)
    })
    f.set(this.#common, op('i64.and', this.#common, op('i64.xor', value, noExecute)))
    f.set(this.#leaf, value)
    f.set(this.#shift, shift)
    return isLarge
  }

  #isLarge(value: Local): Expression {
    const isMarked = op('i32.wrap_i64', op('i64.and', value, entryBit.large))
    if (this.#paging.entryBytes === 8) return isMarked
    const allows = op('i32.shl', op('i32.and', load('i32.load', 0, state.cr4), cr4Bit.pse), 3)
    return op('i32.and', isMarked, allows)
  }

  /** Address bits below a large page but PAT, PS where no page can be. */
  #reservedHere(shift: number, isLarge: Expression | null): Expression {
    const none = constant('i64', 0)
    if (shift === 12) return none
    if (!isLarge) return constant('i64', entryBit.large)
    // Bits 13 to 20 of a 4 MiB page are bits 32 to 39 of its address (PSE-36).
    const below = shift === fourMiB ? 1n << 21n : ((1n << BigInt(shift)) - 1n) & ~0x1fffn
    return select(isLarge, constant('i64', below), none)
  }

  #setAccessed(): void {
    const f = this.#f
    const { entryBytes } = this.#paging
    const { write32, write64 } = this.#helpers.physical
    const isWrite = f.let(op('i64.extend_i32_u', op('i32.and', this.#access, accessBit.write)))
    const dirty = f.let(op('i64.shl', isWrite, 6))
    const clean = op('i64.and', dirty, op('i64.xor', this.#leaf, -1))
    const fresh = op('i64.and', op('i64.xor', this.#common, -1), entryBit.accessed)
    f.if(op('i64.ne', op('i64.or', clean, fresh), 0), () => {
      for (const { shift, address, value } of this.#levels) {
        f.if(op('i32.le_s', this.#shift, shift), () => {
          const isLast = op('i32.eq', this.#shift, shift)
          const own = select(isLast, dirty, constant('i64', 0))
          const marked = f.let(op('i64.or', op('i64.or', value, own), entryBit.accessed))
          f.if(op('i64.ne', marked, value), () => {
            f.call(entryBytes === 8 ? write64 : write32, address, marked)
          })
        })
      }
    })
  }

  /** What the TLB keeps: the physical 4 KiB page, flags, protection key, size. */
  #translation(): Expression {
    const f = this.#f
    const size = f.let(op('i64.extend_i32_u', this.#shift))
    const inside = f.let(op('i64.sub', op('i64.shl', constant('i64', 1), size), 1))
    const frame = op('i64.and', this.#frame(), op('i64.xor', inside, -1))
    const offset = op('i64.and', op('i64.and', this.#linear, inside), ~0xfffn)
    const page = throughA20(f.let(op('i64.or', frame, offset)))
    const isWrite = op('i64.extend_i32_u', op('i32.and', this.#access, accessBit.write))
    const dirty = op('i64.or', op('i64.shr_u', this.#leaf, 4), op('i64.shl', isWrite, 2))
    const pge = op('i64.shr_u', load('i64.load', 0, state.cr4), 4)
    const parts = [
      op('i64.and', op('i64.shr_u', this.#common, 1), tlbFlag.writable | tlbFlag.user),
      op('i64.and', dirty, tlbFlag.dirty),
      op('i64.and', op('i64.and', op('i64.shr_u', this.#leaf, 5), pge), tlbFlag.global),
      op('i64.and', op('i64.shr_u', op('i64.xor', this.#common, -1), 59), tlbFlag.noExecute),
      op('i64.shl', size, tlbSizeShift),
    ]
    if (this.#paging.hasKeys) {
      parts.push(op('i64.and', op('i64.shr_u', this.#leaf, 59 - tlbKeyShift), 15n << BigInt(tlbKeyShift)))
    }
    return parts.reduce((all, one) => op('i64.or', all, one), page)
  }

  #frame(): Expression {
    const low = op('i64.and', this.#leaf, addressMask)
    if (this.#paging.entryBytes === 8) return low
    const high = op('i64.shl', op('i64.and', op('i64.shr_u', this.#leaf, 13), 0xff), 32)
    const isLarge = op('i32.eq', this.#shift, fourMiB)
    return op('i64.or', low, select(isLarge, high, constant('i64', 0)))
  }
}
