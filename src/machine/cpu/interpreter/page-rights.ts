import { accessBit } from '../access.ts'
import { cr0Bit, cr4Bit, eferBit, flagBit } from '../register-bits.ts'
import { state, tlbFlag, tlbKeyShift } from '../state-layout.ts'
import { vector } from '../vector.ts'
import { constant, type Expression, type FunctionReference, load, op } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'

/** Bits of the error code (SDM volume 3, 4.7). */
export const errorCode = { protection: 1, write: 2, user: 4, reserved: 8, fetch: 0x10, protectionKey: 0x20 }

const has = (address: number, bit: number) => op('i32.and', load('i32.load', 0, address), bit)
const truth = (value: Expression) => op('i32.ne', value, 0)
const not = (value: Expression) => op('i32.eqz', value)
const both = (a: Expression, b: Expression) => op('i32.and', a, b)
const either = (a: Expression, b: Expression) => op('i32.or', a, b)

/** Whether an access has user rights only. */
function isUserAccess(access: Local): Expression {
  const isUser = op('i32.eq', load('i32.load', 0, state.cpl), 3)
  return both(isUser, not(op('i32.and', access, accessBit.system)))
}

/**
 * `(flags of a TLB entry, access) → bits of the error code`, or 0 where the access is allowed (SDM volume 3,
 * 4.6). The same for what is in the TLB and for what has just been walked.
 */
export function definePermits(module: ModuleBuilder): FunctionReference {
  return module.function('permits', ['i64', 'i32'], ['i32'], (f) => {
    const [entry, access] = f.parameters as [Local, Local]
    const flags = f.let(op('i32.wrap_i64', entry))
    const isUser = f.let(isUserAccess(access))
    const isUserPage = f.let(truth(op('i32.and', flags, tlbFlag.user)))
    const isWrite = op('i32.and', access, accessBit.write)
    const isFetch = f.let(truth(op('i32.and', access, accessBit.fetch)))
    const refused = f.let(both(isUser, not(isUserPage)))
    f.if(both(isWrite, not(op('i32.and', flags, tlbFlag.writable))), () => {
      f.set(refused, either(refused, either(isUser, truth(has(state.cr0, cr0Bit.wp)))))
    })
    f.if(
      isFetch,
      () => {
        const smep = both(both(not(isUser), isUserPage), truth(has(state.cr4, cr4Bit.smep)))
        const nx = truth(op('i32.and', flags, tlbFlag.noExecute))
        f.set(refused, either(refused, either(smep, nx)))
      },
      () => {
        f.if(both(both(not(isUser), isUserPage), truth(has(state.cr4, cr4Bit.smap))), () => {
          const isImplicit = truth(op('i32.and', access, accessBit.system))
          const opened = truth(has(state.systemFlags, flagBit.alignmentCheck))
          f.set(refused, either(refused, either(isImplicit, not(opened))))
        })
        f.if(both(isUserPage, truth(has(state.cr4, cr4Bit.pke))), () => {
          f.if(isLockedByKey(entry, isWrite, isUser), () => {
            f.return(errorCode.protection | errorCode.protectionKey)
          })
        })
      },
    )
    f.return(refused)
  })
}

/** PKRU: access disable, or write disable where write protection counts (SDM volume 3, 4.6.2). */
function isLockedByKey(entry: Expression, isWrite: Expression, isUser: Expression): Expression {
  const key = op('i32.and', op('i32.wrap_i64', op('i64.shr_u', entry, tlbKeyShift)), 15)
  const pair = op('i32.shr_u', load('i32.load', 0, state.pkru), op('i32.shl', key, 1))
  const protects = either(isUser, truth(has(state.cr0, cr0Bit.wp)))
  const writeDisabled = both(both(isWrite, protects), op('i32.shr_u', pair, 1))
  const locked = both(either(pair, writeDisabled), constant('i32', 1))
  return both(locked, truth(has(state.efer, eferBit.lma)))
}

/** `(linear, access, bits) → -1`: writes a page fault down. */
export function defineRaisePageFault(module: ModuleBuilder): FunctionReference {
  return module.function('raisePageFault', ['i64', 'i32', 'i32'], ['i64'], (f) => {
    const [linear, access, bits] = f.parameters as [Local, Local, Local]
    const code = f.let(either(bits, op('i32.shl', isUserAccess(access), 2)))
    const isWrite = op('i32.and', access, accessBit.write)
    f.set(code, either(code, op('i32.shl', isWrite, 1)))
    f.if(both(truth(op('i32.and', access, accessBit.fetch)), tellsFetches()), () => {
      f.set(code, either(code, constant('i32', errorCode.fetch)))
    })
    f.store('i32.store', 0, vector.pageFault, state.faultVector)
    f.store('i32.store', 0, code, state.faultCode)
    f.store('i64.store', 0, linear, state.cr2)
    f.return(-1)
  })
}

/** The I/D bit of the error code exists with SMEP, or where pages can be marked not executable. */
function tellsFetches(): Expression {
  const nx = both(truth(has(state.cr4, cr4Bit.pae)), truth(has(state.efer, eferBit.nxe)))
  return either(truth(has(state.cr4, cr4Bit.smep)), nx)
}
