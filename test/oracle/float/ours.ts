import { transcendental } from '../../../src/machine/cpu/transcendental/operations.ts'
import { invariant } from '../../../src/support/invariant.ts'

import { caseBytes, type FloatOperation, operationsModule, resultBytes } from './operations.ts'
import type { Runner } from './program.ts'

const pages = 64

type Exports = Readonly<Record<string, (from: number, to: number, count: number, control: number) => void>>

/** Ours, as the recorder runs the host. */
export function ourRunner(operations: readonly FloatOperation[]): Runner {
  const memory = new WebAssembly.Memory({ initial: pages })
  const module = new WebAssembly.Module(operationsModule(operations))
  const exports = new WebAssembly.Instance(module, { test: { memory, transcendental } }).exports as Exports
  return (operation, control, operands) => {
    const count = operands.length / caseBytes
    const end = operands.length + count * resultBytes
    invariant(end <= pages * 0x1_0000, 'the cases fit')
    new Uint8Array(memory.buffer).set(operands)
    exports[operations.indexOf(operation)]?.(0, operands.length, count, control)
    return new Uint8Array(memory.buffer.slice(operands.length, end))
  }
}
