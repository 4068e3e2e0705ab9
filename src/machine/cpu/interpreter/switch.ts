import { microOp } from '../micro-op.ts'
import { Operations, type Semantic } from '../semantics/operations.ts'
import type { Variant } from '../semantics/target.ts'
import type { FunctionReference } from '../wasm/expression.ts'
import { load, op } from '../wasm/expression.ts'
import type { Label, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import type { InterpreterName } from './code-lookup.ts'
import { FastTarget } from './fast-target.ts'
import type { SlowFunctions } from './slow-functions.ts'

export interface HotHandler {
  readonly semantic: Semantic
  readonly variant: Variant
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
} as const

interface SwitchParts {
  readonly name: InterpreterName
  readonly hot: readonly HotHandler[]
  readonly functions: SlowFunctions
}

/**
 * `(micro-op, budget, bank) → (exit, micro-op, budget)`: runs hot handlers one after the other. It calls
 * nothing, so that
 * its two variables stay in registers of the host: around calls V8 keeps them in memory, and each
 * instruction would
 * wait for the one before.
 */
export function defineSwitch(module: ModuleBuilder, parts: SwitchParts): FunctionReference {
  return module.function(`switch ${parts.name}`, ['i32', 'i32', 'i32'], ['i32', 'i32', 'i32'], (f) => {
    const [uop, budget, bank] = f.parameters as [Local, Local, Local]
    const leave = (exit: number) => f.return(exit, uop, budget)
    const count = (again: Label) => {
      f.set(budget, op('i32.sub', budget, 1))
      f.br(again, budget)
    }
    const cases = (exits: { next: Label; stay: Label; repeat: Label; slow: Label }) =>
      parts.hot.map(({ semantic, variant }) => () => {
        const { float } = parts.functions
        const target = new FastTarget(f, uop, bank, exits, { mode: parts.name, variant, float })
        const b = new Operations(target, variant)
        b.begin()
        semantic(b)
        b.end()
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
}
