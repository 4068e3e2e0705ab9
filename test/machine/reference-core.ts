import { compileCore } from '../../src/machine/cpu/core-instance.ts'
import { buildCore } from '../../src/machine/cpu/interpreter/core.ts'

/** A core without plain cases: TypeScript does all that it can do, and hears of every exception. */
export const referenceCore = compileCore(buildCore({ plainCases: false }))
