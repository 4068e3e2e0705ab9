import { cr0Bit, cr4Bit, flagBit } from '../register-bits.ts'
import { bank, dataTlb, pageBytes, state, unarmed } from '../state-layout.ts'
import {
  call,
  constant,
  type Expression,
  type FunctionReference,
  load,
  op,
  select,
} from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'

/** L0 to G3 of DR7 (SDM volume 3, 18.2.4). */
const breakpointsEnabled = 0xff

/**
 * `()`: which bank of fast tags the code at hand uses: who it is by CPL, and by SMAP and AC where they count;
 * none while alignment checks or data breakpoints look at every access.
 */
export function defineSelectBank(module: ModuleBuilder): FunctionReference {
  const watchesData = defineWatchesData(module)
  return module.function('selectBank', [], [], (f) => {
    const ac = f.let(op('i32.and', load('i32.load', 0, state.systemFlags), flagBit.alignmentCheck))
    const isUser = f.let(op('i32.eq', load('i32.load', 0, state.cpl), 3))
    const masked = op('i32.and', ac, load('i32.load', 0, state.cr0))
    const checks = op('i32.and', isUser, op('i32.ne', op('i32.and', masked, cr0Bit.am), 0))
    const reasons = f.let(op('i32.or', op('i32.mul', checks, unarmed.alignment), call(watchesData)))
    f.store('i32.store', 0, reasons, state.unarmed)
    const smap = op('i32.and', load('i32.load', 0, state.cr4), cr4Bit.smap)
    const opened = op('i32.and', op('i32.ne', ac, 0), op('i32.ne', smap, 0))
    const number = (value: number) => constant('i32', value * dataTlb.bankBytes)
    const supervisor = select(opened, number(bank.supervisorWithAc), number(bank.supervisor))
    const armed = select(isUser, number(bank.user), supervisor)
    f.store('i32.store', 0, select(reasons, number(bank.never), armed), state.bank)
  })
}

/** `() → unarmed.breakpoints` where DR7 enables one for data, else 0. */
function defineWatchesData(module: ModuleBuilder): FunctionReference {
  return module.function('watchesData', [], ['i32'], (f) => {
    const dr7 = f.let(load('i32.load', 0, state.dr7))
    f.if(op('i32.eqz', op('i32.and', dr7, breakpointsEnabled)), () => f.return(0))
    for (let number = 0; number < 4; number++) {
      const enabled = op('i32.and', dr7, 3 << (2 * number))
      f.if(op('i32.and', op('i32.ne', enabled, 0), isDataBreakpoint(dr7, number)), () => {
        f.return(unarmed.breakpoints)
      })
    }
    f.return(0)
  })
}

/** R/W is 1 or 3; 2 means ports with CR4.DE, and is undefined without it. */
function isDataBreakpoint(dr7: Local, number: number): Expression {
  return op('i32.and', op('i32.shr_u', dr7, 16 + 4 * number), 1)
}

/** `()`: nothing is armed any more. Translations stay: nobody walks again for it. */
export function defineDisarmAll(module: ModuleBuilder): FunctionReference {
  return module.function('disarmAll', [], [], (f) => {
    const armed = f.let(load('i32.load', 0, state.armedBanks))
    f.store('i32.store', 0, 0, state.armedBanks)
    for (let number = 0; number < dataTlb.banks; number++) {
      const at = dataTlb.fast + number * dataTlb.bankBytes
      f.if(op('i32.and', armed, 1 << number), () => {
        f.fill(at, 0, dataTlb.bankBytes)
        // 0 would be the tag of page 0, which is in the first set.
        for (const tag of [dataTlb.readTag, dataTlb.writeTag]) f.store('i64.store', 0, pageBytes, at + tag)
      })
    }
  })
}
