import { invariant } from '../../../support/invariant.ts'
import { microOp } from '../micro-op.ts'
import { Operations, type Semantic } from '../semantics/operations.ts'
import type { Variant } from '../semantics/target.ts'
import type { FunctionReference } from '../wasm/expression.ts'
import { load, op } from '../wasm/expression.ts'
import type { Label, Local } from '../wasm/function-builder.ts'
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
  /** The micro-op's slow handler has to run; nothing has changed. */
  slow: 0,
  /** The budget is used up in front of the micro-op. */
  done: 1,
  /** The budget is used up between two iterations of the micro-op. */
  repeat: 2,
  /** Cases of `pseudo-handlers.ts`. */
  lookUp: 3,
  stop: 4,
  /** The micro-op's case is in the interpreter's other switch. */
  elsewhere: 5,
} as const

interface SwitchParts {
  readonly name: InterpreterName
  /** All of the interpreter's, in the order of their numbers. */
  readonly hot: readonly HotHandler[]
}

/**
 * V8 of Node 20 allocates registers well in functions of at most 8192 virtual ones, and everything in larger
 * ones takes half as long again. Of these switches one stands for 6.6 bytes or more (`--trace-turbo` tells).
 */
const mostBytes = 54_000

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
  const reference = module.function(title, ['i32', 'i32', 'i32'], ['i32', 'i32', 'i32'], (f) => {
    const [uop, budget, bank] = f.parameters as [Local, Local, Local]
    const leave = (exit: number) => f.return(exit, uop, budget)
    const count = (again: Label) => {
      f.set(budget, op('i32.sub', budget, 1))
      f.br(again, budget)
    }
    const elsewhere = () => leave(switchExit.elsewhere)
    const cases = (exits: Exits) =>
      hot.map(({ semantic, variant, switches }) => {
        if (!switches.includes(which)) return elsewhere
        return () => {
          const b = new Operations(new FastTarget(f, uop, bank, exits, { mode: name, variant }), variant)
          b.begin()
          semantic(b)
          b.end()
        }
      })
    f.loop((again) => {
      f.block((repeat) => {
        f.block((stay) => {
          f.block((next) => {
            f.block((slow) => {
              const follow = () => {
                f.set(uop, load('i32.load', uop, microOp.link))
                f.br(again)
              }
              const pseudoCases = [
                () => f.br(slow),
                () => leave(switchExit.lookUp),
                follow,
                () => leave(switchExit.stop),
              ]
              const handler = load('i32.load16_u', uop, microOp.handler)
              f.switch(handler, [...pseudoCases, ...cases({ next, stay, repeat, slow })])
            })
            leave(switchExit.slow)
          })
          f.set(uop, op('i32.add', uop, microOp.bytes))
        })
        count(again)
        leave(switchExit.done)
      })
      count(again)
      leave(switchExit.repeat)
    })
    f.unreachable()
  })
  const bytes = module.bytesOf(reference)
  // Real mode is fast enough.
  invariant(
    name === 'segmented' || bytes <= mostBytes,
    `the ${title} has ${bytes} bytes: take some of hot.ts`,
  )
  return reference
}
