import { importTranscendental } from '../float/transcendental.ts'
import type { FunctionReference } from '../wasm/expression.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { importModule } from './import-module.ts'

/** What the core asks of the machine around it. */
export interface Imports {
  /** `(port, bytes) → value` */
  readonly portRead: FunctionReference
  /** `(port, bytes, value)` */
  readonly portWrite: FunctionReference
  /** `(port, bytes) → 1`, or 0 with the fault in the state: the task's I/O permission bitmap. */
  readonly portAllowed: FunctionReference
  /** `(address low, address high, bytes up to 4) → value`, where no frame is. */
  readonly busRead: FunctionReference
  /** `(address low, address high, bytes up to 4, value)` */
  readonly busWrite: FunctionReference
  /** `(address in RAM, bytes) → whether it hit code`: a store to a granule that code was decoded from. */
  readonly codeWritten: FunctionReference
  /** `(linear low, linear high, bytes, 1 for a write)`: an access that data breakpoints may be set on. */
  readonly breakpoint: FunctionReference
  /** `()`: the core has delivered a fault, which is not counted yet. */
  readonly delivered: FunctionReference
  /** `(mode, base of CS, its limit) → context` of decoded code. */
  readonly codeContext: FunctionReference
  /** As `float/transcendental.ts` imports it. */
  readonly transcendental: FunctionReference
  /** `()`: x87 has an exception to report, and CR0.NE is clear (FERR#). */
  readonly numericError: FunctionReference
  /** `()`: PAUSE, which is not counted yet. */
  readonly pause: FunctionReference
  /** `(micro-op) → status`: a rare system instruction, in TypeScript. */
  readonly system: FunctionReference
}

export function declareImports(module: ModuleBuilder): Imports {
  const i32 = 'i32'
  return {
    portRead: module.importFunction(importModule, 'portRead', [i32, i32], [i32]),
    portWrite: module.importFunction(importModule, 'portWrite', [i32, i32, i32], []),
    portAllowed: module.importFunction(importModule, 'portAllowed', [i32, i32], [i32]),
    busRead: module.importFunction(importModule, 'busRead', [i32, i32, i32], [i32]),
    busWrite: module.importFunction(importModule, 'busWrite', [i32, i32, i32, i32], []),
    codeWritten: module.importFunction(importModule, 'codeWritten', [i32, i32], [i32]),
    breakpoint: module.importFunction(importModule, 'breakpoint', [i32, i32, i32, i32], []),
    delivered: module.importFunction(importModule, 'delivered', [], []),
    codeContext: module.importFunction(importModule, 'codeContext', [i32, i32, i32], [i32]),
    transcendental: importTranscendental(module, importModule),
    numericError: module.importFunction(importModule, 'numericError', [], []),
    pause: module.importFunction(importModule, 'pause', [], []),
    system: module.importFunction(importModule, 'system', [i32], [i32]),
  }
}
