import type { Expression } from '../wasm/expression.ts'
import type { Operations } from './operations.ts'
import type { StackRegister } from './x87-operations.ts'

/** What an instruction of x87 computes with beside a register: as soft float takes it, and if it is empty. */
export interface Source {
  readonly width: 32 | 64 | 80
  readonly values: readonly Expression[]
  readonly isEmpty: Expression | null
}

export function ofStack(b: Operations, register: StackRegister): Source {
  const { low, high } = b.x87.read(register)
  return { width: 80, values: [low, high], isEmpty: register.isEmpty }
}

/** A number of 32 or 64 bits. */
export function ofMemory(b: Operations, index: number): Source {
  return { width: b.operandBytes(index) === 8 ? 64 : 32, values: [b.source(index)], isEmpty: null }
}

/** An integer of 16 or 32 bits. */
export function ofInteger(b: Operations, index: number): Source {
  const integer = b.signed(b.source(index), b.operandBytes(index))
  return { width: 80, values: b.x87.call(b.x87.functions.loadInteger, integer), isEmpty: null }
}
