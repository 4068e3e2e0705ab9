import { invariant } from '../../../support/invariant.ts'
import { microOp } from '../micro-op.ts'
import { Operations, type Semantic } from '../semantics/operations.ts'
import type { Variant } from '../semantics/target.ts'
import type { FunctionReference } from '../wasm/expression.ts'
import { type Expression, load, op } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import type { InterpreterName } from './code-lookup.ts'
import { type Exits, FastTarget } from './fast-target.ts'
import type { SwitchName } from './hot.ts'

export interface HotHandler {
  readonly semantic: Semantic
  readonly variant: Variant
  /** Those with a case for it. */
  readonly switches: readonly SwitchName[]
}

/** Why the switch was left. */
export const switchExit = {
  /** The micro-op's slow handler has to run, or its case is in the other switch; nothing has changed. */
  slow: 0,
  /** The budget is used up in front of the micro-op. */
  done: 1,
  /** The budget is used up between two iterations of the micro-op. */
  repeat: 2,
  /** Cases of `pseudo-handlers.ts`. */
  lookUp: 3,
  stop: 4,
} as const

const uopShift = Math.log2(microOp.bytes)
/** What a switch may be given: more would come round in its counting. */
export const mostUnits = 1 << 26

interface SwitchParts {
  readonly name: InterpreterName
  /** All of the interpreter's, in the order of their numbers. */
  readonly hot: readonly HotHandler[]
}

/**
 * V8 of Node 20 allocates registers well in functions of at most 8192 virtual ones, and everything in larger
 * ones takes half as long again. One stands for 6.6 bytes, or 6.05 where there are vectors (`--trace-turbo`
 * tells).
 */
const mostBytes = { integer: 53_500, vector: 49_000 } as const

/**
 * `(micro-op, budget, bank) → (exit, micro-op, budget)`: runs hot handlers one after the other. It calls
 * nothing, so that its two variables stay in registers of the host: around calls V8 keeps them in memory, and
 * each instruction would wait for the one before.
 */
export function defineSwitch(
  module: ModuleBuilder,
  which: SwitchName,
  { name, hot }: SwitchParts,
): FunctionReference {
  const title = `${which} switch ${name}`
  const signature = ['i32', 'i32', 'i32'] as const
  const reference = module.function(title, signature, signature, (f) => writeSwitch(f, which, { name, hot }))
  const bytes = module.bytesOf(reference)
  // Real mode is fast enough.
  invariant(
    name === 'segmented' || bytes <= mostBytes[which],
    `the ${title} has ${bytes} bytes: take some of hot.ts`,
  )
  return reference
}

function writeSwitch(f: FunctionBuilder, which: SwitchName, { name, hot }: SwitchParts): void {
  const [uop, budget, bank] = f.parameters as [Local, Local, Local]
  // Where straight code would be when the budget is used up: nothing but jumps has to count.
  const end = f.let(op('i32.add', uop, op('i32.shl', budget, uopShift)))
  const leave = (exit: number) => f.return(exit, uop, op('i32.shr_u', op('i32.sub', end, uop), uopShift))
  const before = (target: Expression) => op('i32.sub', target, microOp.bytes)
  const last = hot.findLastIndex(({ switches }) => switches.includes(which))
  const cases = (exits: Exits, elsewhere: () => void) =>
    hot.slice(0, last + 1).map(({ semantic, variant, switches }) => {
      if (!switches.includes(which)) return elsewhere
      return () => {
        const b = new Operations(new FastTarget(f, uop, bank, exits, { mode: name, variant }), variant)
        b.begin()
        semantic(b)
        b.end()
      }
    })
  f.set(uop, before(uop))
  f.loop((again) => {
    f.block((repeat) => {
      f.block((next) => {
        f.block((slow) => {
          f.block((done) => {
            f.set(uop, op('i32.add', uop, microOp.bytes))
            f.br(done, op('i32.eq', uop, end))
            const leaveSlowly = () => f.br(slow)
            const jump = (target: Local) => {
              f.set(end, op('i32.add', end, op('i32.sub', before(target), uop)))
              f.set(uop, before(target))
              f.br(next)
            }
            const follow = () => {
              const target = f.let(load('i32.load', uop, microOp.link))
              f.set(end, op('i32.add', end, op('i32.sub', target, uop)))
              f.set(uop, before(target))
              f.br(next)
            }
            const pseudoCases = [
              leaveSlowly,
              () => leave(switchExit.lookUp),
              follow,
              () => leave(switchExit.stop),
            ]
            const known = cases({ next, jump, repeat, slow }, leaveSlowly)
            const handler = load('i32.load16_u', uop, microOp.handler)
            f.switch(handler, [...pseudoCases, ...known, leaveSlowly])
          })
          leave(switchExit.done)
        })
        leave(switchExit.slow)
      })
      f.br(again)
    })
    f.set(end, before(end))
    f.if(op('i32.eq', uop, end), () => leave(switchExit.repeat))
    f.set(uop, before(uop))
    f.br(again)
  })
  f.unreachable()
}
