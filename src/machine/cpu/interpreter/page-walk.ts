import { state, tlbFlag } from '../state-layout.ts'
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

/** Bits of page table entries (SDM volume 3, 4.5). */
const entry = { present: 1, writable: 2, user: 4, accessed: 0x20, dirty: 0x40, large: 0x80, global: 0x100 }
const addressMask = 0x000f_ffff_ffff_f000n
/** MAXPHYADDR is 40: address bits above it are reserved. */
const reservedAddress = 0x000f_ff00_0000_0000n
const noExecute = 1n << 63n
const pageFault = 14

/** What the walk is for. */
export const walkFor = { read: 0, write: 1, fetch: 2 } as const

/** Not a paging mode that the walker knows yet; `faultVector` says so. */
const unknownPaging = 0x100

const levels = [39, 30, 21, 12] as const

interface Level {
  readonly shift: number
  readonly address: Local
  readonly value: Local
}

/**
 * `walk(linear, purpose) → physical page | TLB flags`, or -1 with the fault written down. Sets A on the way
 * and D on the last entry, after every check has passed.
 */
export function definePageWalk(
  module: ModuleBuilder,
  read: FunctionReference,
  write: FunctionReference,
): FunctionReference {
  const fault = module.function('raisePageFault', ['i64', 'i32'], ['i64'], (f) => {
    const [linear, code] = f.parameters as [Local, Local]
    f.store('i32.store', 0, pageFault, state.faultVector)
    f.store('i32.store', 0, code, state.faultCode)
    f.store('i64.store', 0, linear, state.cr2)
    f.return(-1)
  })
  return module.function('walk', ['i64', 'i32'], ['i64'], (f) => {
    const [linear, purpose] = f.parameters as [Local, Local]
    f.if(op('i32.ge_s', load('i32.load', 0, state.cr0), 0), () => {
      const flags = tlbFlag.writable | tlbFlag.user | tlbFlag.dirty
      f.return(op('i64.or', op('i64.and', linear, 0xffff_f000n), flags))
    })
    f.if(op('i32.eqz', op('i32.and', load('i32.load', 0, state.efer), 0x400)), () => {
      f.store('i32.store', 0, unknownPaging, state.faultVector)
      f.return(-1)
    })
    walkFourLevels(f, linear, purpose, read, write, fault)
  })
}

function walkFourLevels(
  f: FunctionBuilder,
  linear: Local,
  purpose: Local,
  read: FunctionReference,
  write: FunctionReference,
  fault: FunctionReference,
): void {
  const isUser = f.let(op('i32.eq', load('i32.load', 0, state.cpl), 3))
  const isWrite = f.let(op('i32.eq', purpose, walkFor.write))
  const isFetch = op('i32.eq', purpose, walkFor.fetch)
  const nx = f.let(op('i32.and', load('i32.load', 0, state.efer), 0x800))
  const code = f.let(op('i32.or', op('i32.shl', isWrite, 1), op('i32.shl', isUser, 2)))
  f.if(op('i32.and', isFetch, op('i32.ne', nx, 0)), () => f.set(code, op('i32.or', code, 16)))
  const fail = (with_: number) => f.return(call(fault, linear, op('i32.or', code, with_)))
  const table = f.let(op('i64.and', load('i64.load', 0, state.cr3), addressMask))
  const rights = f.let(constant('i64', -1))
  const forbidden = f.local('i64')
  const leaf = f.local('i64')
  const visited: Level[] = levels.map((shift) => ({ shift, address: f.local('i64'), value: f.local('i64') }))
  const last = f.local('i32')
  f.block((found) => {
    for (const { shift, address, value } of visited) {
      f.set(address, op('i64.add', table, op('i64.and', op('i64.shr_u', linear, shift - 3), 0xff8)))
      f.set(value, call(read, address))
      f.if(op('i64.eqz', op('i64.and', value, entry.present)), () => fail(0))
      const isLarge = op('i32.wrap_i64', op('i64.and', value, entry.large))
      f.set(forbidden, reservedBits(f, value, shift, isLarge, nx))
      f.if(op('i64.ne', op('i64.and', value, forbidden), 0), () => fail(9))
      f.set(rights, op('i64.and', rights, op('i64.xor', value, noExecute)))
      f.set(leaf, value)
      f.set(last, shift)
      if (shift === 30 || shift === 21) f.br(found, op('i32.ne', isLarge, 0))
      f.set(table, op('i64.and', value, addressMask))
    }
  })
  const has = (bit: number) => op('i64.ne', op('i64.and', rights, bit), 0)
  const protects = op('i32.or', isUser, op('i32.and', load('i32.load', 0, state.cr0), 1 << 16))
  f.if(op('i32.and', isUser, op('i32.eqz', has(entry.user))), () => fail(1))
  f.if(op('i32.and', isWrite, op('i32.eqz', has(entry.writable))), () => {
    f.if(protects, () => fail(1))
  })
  f.if(op('i32.and', isFetch, op('i64.ge_s', rights, 0)), () => fail(1))
  setAccessed(f, visited, last, isWrite, write)
  f.return(translation(f, linear, leaf, rights, last, isWrite))
}

/** Address bits past MAXPHYADDR, those below a large page, NX without EFER.NXE, PS where no page can be. */
function reservedBits(
  f: FunctionBuilder,
  value: Local,
  shift: number,
  isLarge: Expression,
  nx: Local,
): Expression {
  const always = f.let(
    op('i64.or', select(nx, constant('i64', 0n), constant('i64', noExecute)), reservedAddress),
  )
  if (shift === 39) return op('i64.or', always, entry.large)
  if (shift === 12) return always
  const below = ((1n << BigInt(shift)) - 1n) & ~0x1fffn
  return op('i64.or', always, select(isLarge, op('i64.and', value, below), constant('i64', 0n)))
}

function setAccessed(
  f: FunctionBuilder,
  visited: Level[],
  last: Local,
  isWrite: Local,
  write: FunctionReference,
): void {
  for (const { shift, address, value } of visited) {
    f.if(op('i32.le_s', last, shift), () => {
      const dirty = op(
        'i64.shl',
        op('i64.extend_i32_u', op('i32.and', isWrite, op('i32.eq', last, shift))),
        6,
      )
      const marked = f.let(op('i64.or', op('i64.or', value, entry.accessed), dirty))
      f.if(op('i64.ne', marked, value), () => void f.call(write, address, marked))
      f.set(value, marked)
    })
  }
}

function translation(
  f: FunctionBuilder,
  linear: Local,
  leaf: Local,
  rights: Local,
  last: Local,
  isWrite: Local,
): Expression {
  const inside = f.let(op('i64.sub', op('i64.shl', constant('i64', 1n), op('i64.extend_i32_u', last)), 1))
  const frame = op('i64.and', leaf, op('i64.and', op('i64.xor', inside, -1), addressMask))
  const page = op('i64.or', frame, op('i64.and', op('i64.and', linear, inside), ~0xfffn))
  const flag = (from: Expression, bit: number, to: number) =>
    op('i64.mul', op('i64.extend_i32_u', op('i64.ne', op('i64.and', from, bit), 0)), to)
  const dirty = op('i64.or', leaf, op('i64.shl', op('i64.extend_i32_u', isWrite), 6))
  const flags = [
    flag(rights, entry.writable, tlbFlag.writable),
    flag(rights, entry.user, tlbFlag.user),
    flag(dirty, entry.dirty, tlbFlag.dirty),
    flag(leaf, entry.global, tlbFlag.global),
    op('i64.mul', op('i64.extend_i32_u', op('i64.ge_s', rights, 0)), tlbFlag.noExecute),
    op('i64.mul', op('i64.extend_i32_u', op('i32.ne', last, 12)), tlbFlag.large),
  ]
  return flags.reduce((all, one) => op('i64.or', all, one), page)
}
