import { type FunctionReference, op } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { flag, kind, operandTypes, resultTypes } from './formats.ts'
import { denormalFlag, type Operand } from './nan.ts'

/**
 * `(operand, control, raises) → result`: an operand on its way to another format. DE is raised where `raises`
 * has it: stores of x87 do not.
 */
export function defineConvert(module: ModuleBuilder, chooseNan: FunctionReference): FunctionReference {
  return module.function('convert', [...operandTypes, 'i32', 'i32'], resultTypes, (f) => {
    const [sign, exponent, significand, which, how, raises] = f.parameters as unknown as readonly [
      ...Operand,
      Local,
      Local,
    ]
    const operand = [sign, exponent, significand, which] as const
    f.if(op('i32.and', which, kind.nan), () => f.return(...f.call(chooseNan, ...operand, ...operand, how)))
    const flags = op('i32.and', denormalFlag(which), op('i32.and', raises, flag.denormal))
    f.return(sign, exponent, significand, 0, flags)
  })
}
