import type { Operation } from './operation.ts'
import type { Outcome, Processor } from './processor.ts'

/**
 * A system instruction in TypeScript. Everything that can fault comes before anything is changed; a fault is
 * thrown as a `GuestFault`. Privilege (`privileged` in the row), LOCK and modes have been checked.
 */
export type SystemInstruction = (cpu: Processor, operation: Operation) => Outcome

/** By mnemonic, as the table has it. */
export type SystemInstructions = Readonly<Record<string, SystemInstruction>>
