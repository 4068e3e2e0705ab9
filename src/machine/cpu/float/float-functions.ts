import type { FunctionReference } from '../wasm/expression.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { type Approximations, defineApproximations } from './approximate.ts'
import { defineArithmetic } from './arithmetic.ts'
import { defineHardware, type Hardware } from './hardware.ts'
import { withHardware } from './hardware-conversions.ts'
import { defineSse, type Sse } from './sse.ts'
import { defineX87, type X87 } from './x87.ts'

/** What instructions call: both have the host's floats in front of ours, `hardware` needs MXCSR for that. */
export interface FloatFunctions {
  readonly sse: Sse
  readonly hardware: Hardware
  readonly x87: X87
  readonly approximations: Approximations
}

export function defineFloat(module: ModuleBuilder, transcendental: FunctionReference): FloatFunctions {
  const arithmetic = defineArithmetic(module)
  const soft = defineSse(module, arithmetic)
  return {
    sse: withHardware(module, soft),
    hardware: defineHardware(module, soft),
    x87: defineX87(module, arithmetic, transcendental),
    approximations: defineApproximations(module),
  }
}
