import { doublewords, gate, idt, type Piece, systemType } from '../descriptors.ts'
import { address, selector, stub } from '../layout.ts'

/** Where far transfers of the probes lead: a UD2, and nothing but UD2 around it. */
export const landing = address.code + 0x800
export const landingPiece: Piece = {
  at: landing - 0x40,
  bytes: Uint8Array.from({ length: 0x80 }, (_, index) => (index % 2 === 0 ? 0x0f : 0x0b)),
}

/** Handlers in a task of their own, for faults that leave no stack to go on with. */
export function taskGates(...vectors: readonly number[]): readonly Piece[] {
  const { fault_task } = selector
  return vectors.map((vector) =>
    idt(vector, gate({ selector: fault_task, offset: 0, type: systemType.taskGate })),
  )
}

/** The same for one vector, which its record names. */
export function taskHandlers(vector: number): readonly Piece[] {
  return [...taskGates(vector), doublewords(address.fault_tss + 0x20, stub[32](vector))]
}
