import { invariant } from '../../../support/invariant.ts'
import { microOp } from '../micro-op.ts'
import { cr0Bit, cr4Bit } from '../register-bits.ts'
import { noneBegun, state } from '../state-layout.ts'
import { interruption, runEnd, status } from '../status.ts'
import {
  call,
  constant,
  type Expression,
  type FunctionReference,
  load,
  op,
  select,
} from '../wasm/expression.ts'
import type { FunctionBuilder, Label, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { codeLinear, codeOffset, type InterpreterName } from './code-lookup.ts'
import type { SwitchName } from './hot.ts'
import type { Imports } from './imports.ts'
import { pseudo } from './pseudo-handlers.ts'
import { beginResume, clearResume, isResuming } from './resume.ts'
import type { SlowFunctions } from './slow-functions.ts'
import { defineSwitch, type HotHandler, mostUnits, switchExit } from './switch.ts'

interface Parts {
  readonly name: InterpreterName
  readonly hot: readonly HotHandler[]
  readonly findCode: FunctionReference
  readonly functions: SlowFunctions
  readonly imports: Imports
}

/**
 * `(budget) → runEnd`: runs micro-ops until exactly `budget` units are done, or it has to ask. Two
 * switches hold all hot handlers; what they cannot do happens here.
 */
export function defineInterpreter(module: ModuleBuilder, parts: Parts): FunctionReference {
  const switches = {
    integer: defineSwitch(module, 'integer', parts),
    vector: parts.hot.some(({ switches }) => switches.includes('vector'))
      ? defineSwitch(module, 'vector', parts)
      : null,
  }
  return module.function(parts.name, ['i32'], ['i32'], (f) => {
    const [budget] = f.parameters as [Local]
    const loop = new Loop(f, module, budget, parts)
    loop.start()
    f.loop((again) => {
      f.block((repeated) => {
        f.block((repeat) => {
          f.block((done) => {
            f.block((next) => {
              loop.runSwitch(switches, { again, done, repeated })
              loop.runSlow({ again, next, repeat })
            })
            f.set(loop.uop, op('i32.add', loop.uop, microOp.bytes))
            loop.count(again)
          })
          loop.goOnResumed(again)
          loop.leaveInOrder()
        })
        loop.count(again)
      })
      loop.repeatResumed(again)
    })
    loop.noteMidway()
    loop.leaveInOrder()
  })
}

/** Where one micro-op can lead. `repeat`: it was an iteration, not the last. */
type Labels = Record<'again' | 'next' | 'repeat', Label>

/** `vector`: null where the interpreter has none. */
type Switches = Readonly<{ integer: FunctionReference; vector: FunctionReference | null }>

/** Whether XMM registers can be used: else the slow handlers tell why not. */
function hasVectorUnit(): Expression {
  const blocked = op('i32.and', load('i32.load', 0, state.cr0), cr0Bit.em | cr0Bit.ts)
  const absent = op('i32.xor', op('i32.and', load('i32.load', 0, state.cr4), cr4Bit.osfxsr), cr4Bit.osfxsr)
  return op('i32.eqz', op('i32.or', blocked, absent))
}

const slowSignature = { parameters: ['i32'], results: ['i32'] } as const

class Loop {
  readonly uop: Local
  /** A copy of `state.bank`, which slow handlers may change. */
  readonly #bank: Local
  /** 1 while the switch with vectors runs: from its first instruction to one that it does not have. */
  readonly #inVectors: Local
  readonly #f: FunctionBuilder
  readonly #module: ModuleBuilder
  readonly #budget: Local
  readonly #parts: Parts

  constructor(f: FunctionBuilder, module: ModuleBuilder, budget: Local, parts: Parts) {
    this.#f = f
    this.#module = module
    this.#budget = budget
    this.#parts = parts
    this.uop = f.local('i32')
    this.#bank = f.local('i32')
    this.#inVectors = f.local('i32')
  }

  start(): void {
    const f = this.#f
    f.set(this.#bank, load('i32.load', 0, state.bank))
    f.set(this.uop, load('i32.load', 0, state.entry))
    f.store('i32.store', 0, 0, state.entry)
    f.if(op('i32.eqz', this.uop), () => {
      f.set(this.uop, this.#found())
      f.if(op('i32.eqz', this.uop), () => this.leave(runEnd.decode))
    })
  }

  /** Goes through where a slow handler has to run. */
  runSwitch(
    { integer, vector }: Switches,
    { again, done, repeated }: Record<'again' | 'done' | 'repeated', Label>,
  ): void {
    const f = this.#f
    const exit = f.local('i32')
    const part = f.let(
      select(op('i32.gt_u', this.#budget, mostUnits), constant('i32', mostUnits), this.#budget),
    )
    const run = (one: FunctionReference) => {
      const [why, uop, left] = f.call(one, this.uop, part, this.#bank)
      invariant(why && uop && left, 'a switch has three results')
      f.set(exit, why)
      f.set(this.uop, uop)
      f.set(this.#budget, op('i32.add', op('i32.sub', this.#budget, part), left))
    }
    if (vector) {
      // A slow handler may have taken the unit away.
      f.set(this.#inVectors, op('i32.and', this.#inVectors, hasVectorUnit()))
      f.if(
        this.#inVectors,
        () => run(vector),
        () => run(integer),
      )
      f.if(op('i32.and', op('i32.eq', exit, switchExit.slow), this.#isElsewhere()), () => {
        const before = f.let(this.#inVectors)
        f.set(this.#inVectors, op('i32.and', op('i32.eqz', before), hasVectorUnit()))
        f.br(again, op('i32.or', before, this.#inVectors))
      })
    } else run(integer)
    const isUsedUp = op('i32.or', op('i32.eq', exit, switchExit.done), op('i32.eq', exit, switchExit.repeat))
    f.br(again, op('i32.and', isUsedUp, op('i32.ne', this.#budget, 0)))
    f.br(done, op('i32.eq', exit, switchExit.done))
    f.br(repeated, op('i32.eq', exit, switchExit.repeat))
    f.if(op('i32.eq', exit, switchExit.lookUp), () => {
      f.store('i64.store', 0, this.here(), state.rip)
      this.#goOn(again)
    })
    f.if(op('i32.eq', exit, switchExit.stop), () => this.#stop(again))
  }

  /** Whether the micro-op's case is in the other switch. Integer cases come first, vectors last. */
  #isElsewhere(): Expression {
    const { hot } = this.#parts
    const first = (which: SwitchName) =>
      pseudo.count + hot.findIndex(({ switches }) => switches.includes(which))
    const last = (which: SwitchName) =>
      pseudo.count + hot.findLastIndex(({ switches }) => switches.includes(which))
    const handler = this.#f.let(load('i32.load16_u', this.uop, microOp.handler))
    const isInteger = op('i32.lt_u', op('i32.sub', handler, pseudo.count), first('vector') - pseudo.count)
    return select(this.#inVectors, isInteger, op('i32.gt_u', handler, last('integer')))
  }

  /** The same code may stand at other addresses too. */
  #stop(again: Label): void {
    const f = this.#f
    const here = f.let(this.#linear())
    f.if(op('i64.eq', here, load('i64.load', this.uop, microOp.immediate)), () => {
      f.if(op('i64.ne', here, load('i64.load', 0, state.begun)), () => {
        f.store('i64.store', 0, this.here(), state.rip)
        this.leave(runEnd.address)
      })
      f.store('i64.store', 0, noneBegun, state.begun)
    })
    f.set(this.uop, op('i32.add', this.uop, microOp.bytes))
    f.br(again)
  }

  /** Calls the slow handler and does what its status asks for. */
  runSlow({ again, next, repeat }: Labels): void {
    const f = this.#f
    const type = this.#module.type(slowSignature)
    // The time stamp counter is made of it.
    f.store('i32.store', 0, this.#budget, state.budget)
    const [result] = f.callIndirect(
      type,
      slowSignature,
      load('i32.load16_u', this.uop, microOp.slow),
      this.uop,
    )
    invariant(result, 'a slow handler has a status')
    f.set(this.#bank, load('i32.load', 0, state.bank))
    f.if(op('i32.eqz', load('i32.load', 0, state.interruption)), () => {
      f.br(next, op('i32.eq', result, status.next))
      f.br(repeat, op('i32.eq', result, status.again))
    })
    f.if(op('i32.eq', result, status.fault), () => this.#deliver(result))
    const interrupted = f.let(load('i32.load', 0, state.interruption))
    f.store('i32.store', 0, 0, state.interruption)
    const untouched = op('i32.or', op('i32.eq', result, status.fault), op('i32.eq', result, status.absent))
    f.if(untouched, () => {
      f.store('i64.store', 0, this.here(), state.rip)
      this.leave(result)
    })
    f.if(op('i32.eq', result, status.next), () => f.store('i64.store', 0, this.behind(), state.rip))
    f.store('i32.store', 0, 0, state.midway)
    f.if(op('i32.eq', result, status.again), () => {
      f.store('i64.store', 0, this.here(), state.rip)
      this.noteMidway()
    })
    f.set(this.#budget, op('i32.sub', this.#budget, 1))
    f.if(isResuming(), () => {
      this.#release()
      f.if(op('i32.eq', result, status.again), () => this.leave(runEnd.mode))
      clearResume(f)
    })
    const isResume = f.let(op('i32.eq', result, status.resume))
    const leaves = op('i32.and', op('i32.ge_u', result, status.halt), op('i32.eqz', isResume))
    f.if(leaves, () => this.leave(result))
    f.if(op('i32.eq', interrupted, interruption.stop), () => this.leave(runEnd.mode))
    f.if(op('i32.eqz', this.#budget), () => this.leave(runEnd.budget))
    f.if(isResume, () => {
      f.if(op('i32.eq', this.#budget, 1), () => this.leave(runEnd.mode))
      beginResume(f, this.#budget)
    })
    this.#goOn(again)
  }

  /** The instruction at hand has been begun, and goes on. */
  noteMidway(): void {
    this.#f.store('i32.store', 0, 1, state.midway)
    this.#f.store('i64.store', 0, this.#linear(), state.begun)
  }

  #linear(): Expression {
    return op('i64.add', load('i64.load', 0, state.page), load('i64.load16_u', this.uop, microOp.at))
  }

  /** Makes a fault that is delivered here a jump. */
  #deliver(result: Local): void {
    const f = this.#f
    f.store('i64.store', 0, this.here(), state.rip)
    f.if(load('i32.load', 0, state.delivers), () => {
      const delivered = f.let(call(this.#parts.functions.deliverFault))
      f.if(delivered, () => {
        f.set(result, delivered)
        f.store('i64.store', 0, noneBegun, state.begun)
        f.call(this.#parts.imports.delivered)
      })
      f.set(this.#bank, load('i32.load', 0, state.bank))
    })
  }

  /** The one instruction with RF is done. */
  goOnResumed(again: Label): void {
    this.#f.if(isResuming(), () => {
      this.#release()
      clearResume(this.#f)
      this.#f.br(again)
    })
  }

  /** Only an iteration of it is. */
  repeatResumed(again: Label): void {
    this.#f.if(isResuming(), () => {
      this.#release()
      this.#f.if(op('i32.gt_u', this.#budget, 1), () => {
        beginResume(this.#f, this.#budget)
        this.#f.br(again)
      })
    })
  }

  #release(): void {
    this.#f.set(this.#budget, op('i32.add', this.#budget, call(this.#parts.functions.releaseUnits)))
  }

  /** Goes on at RIP, or asks for it to be decoded. */
  #goOn(again: Label): void {
    const f = this.#f
    f.set(this.uop, this.#found())
    f.if(this.uop, () => {
      f.store('i32.store', 0, 0, state.midway)
      f.br(again)
    })
    this.leave(runEnd.decode)
  }

  /** One unit is done. */
  count(again: Label): void {
    this.#f.set(this.#budget, op('i32.sub', this.#budget, 1))
    this.#f.br(again, this.#budget)
  }

  leaveInOrder(): void {
    this.#f.store('i64.store', 0, this.here(), state.rip)
    this.leave(runEnd.budget)
  }

  leave(end: Expression | number): void {
    this.#f.store('i32.store', 0, this.#budget, state.budget)
    this.#f.return(end)
  }

  /** The address of the micro-op's instruction. */
  here(): Expression {
    return codeOffset(this.#parts.name, load('i32.load16_u', this.uop, microOp.at))
  }

  behind(): Expression {
    const length = load('i32.load8_u', this.uop, microOp.length)
    return codeOffset(this.#parts.name, op('i32.add', load('i32.load16_u', this.uop, microOp.at), length))
  }

  /** The micro-op at RIP, or 0. */
  #found(): Expression {
    return call(this.#parts.findCode, codeLinear(this.#parts.name, load('i64.load', 0, state.rip)))
  }
}
